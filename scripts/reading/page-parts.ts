// Everything on the reading page that is not the law: what the signature does, findings, comparison, verdict, database, rehearsal,
// backup, digests.
import type { Rehearsal } from "../../runner/model/rehearsal.ts";
import { rehearsalOf } from "../../runner/rules/rehearsed-changes.ts";
import { compareVersions, unitsOfRows } from "../../runner/rules/supersession.ts";
import { changedArticles } from "./changed-articles.ts";
import { byWeight, weightOf } from "./finding-weight.ts";
import { element, joined, line, type Html } from "../../runner/reports/markup.ts";
import { isPageKey, said, type PageKey, type PageWords } from "./page-words.ts";
import { partAtLine, valueText, type Reading } from "./reading.ts";
import { summaryFacts } from "./summary-facts.ts";

/** What the host says is shown this often at most, and each line of it this long: more would only hide the rest of the page. */
const HOST_LINES = 200;
const HOST_LINE_LENGTH = 600;

const cell = (...children: (Html | undefined)[]): Html => element("td", {}, ...children);
const text = (words: PageWords, key: PageKey, values: Record<string, string | number> = {}): Html =>
  line(said(words, key, values));
const hostLine = (value: string): Html =>
  line(value.length > HOST_LINE_LENGTH ? `${value.slice(0, HOST_LINE_LENGTH)}…` : value);
const paragraph = (content: Html, kind?: string): Html => element("p", { class: kind }, content);
const labelled = (rows: readonly (readonly [Html, Html])[]): Html =>
  element("dl", {}, ...rows.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]));
const part = (id: string, words: PageWords, heading: PageKey, ...children: (Html | undefined)[]): Html =>
  element("section", { id, class: "part" }, element("h2", {}, text(words, heading)), ...children);

/** The first screen: what signing does, in sentences, and the law in numbers. */
export function summaryHtml(reading: Reading, words: PageWords): Html {
  const facts = summaryFacts(reading, words);
  return part(
    "summary",
    words,
    "summary.heading",
    labelled(facts.map(([key, value]) => [text(words, key), line(value)])),
  );
}

/** The verdict of the second principal, which enactment is bound to; nothing before SG_2. */
export function verdictHtml({ bundle }: Reading, words: PageWords): Html | undefined {
  if (bundle.request.gate !== "SG_2_lifecycle_authz") return undefined;
  const { verdict } = bundle;
  if (!verdict) return part("verdict", words, "verdict.heading", paragraph(text(words, "verdict.none"), "alarm"));
  return part(
    "verdict",
    words,
    "verdict.heading",
    paragraph(text(words, "verdict.pass"), "good"),
    labelled([
      [text(words, "verdict.units"), line(String(verdict.units))],
      [text(words, "verdict.bytes"), line(String(verdict.bytes))],
      [text(words, "verdict.ledger"), line(String(verdict.ledger_rows))],
      [
        text(words, "verdict.checks"),
        englishHtml(verdict.checks.map((check) => check.replaceAll("_", " ")).join(", "), words),
      ],
      [text(words, "verdict.digest"), element("code", {}, line(verdict.observed_digest))],
    ]),
  );
}

/** A text that is English on every page, marked as such where the page is not. */
const englishHtml = (content: string, { kinds }: PageWords): Html =>
  element("span", kinds ? { lang: "en" } : {}, line(content));

/** What the code of a finding means, where findings are written in another language than the page. */
const meaningHtml = (code: string, { kinds }: PageWords): Html | undefined =>
  kinds?.[code] === undefined ? undefined : element("span", {}, line(kinds[code]));

/** A list to jump from: heavy findings first. */
export function findingsHtml(reading: Reading, words: PageWords): Html {
  const { manifest, findings } = reading.bundle;
  const own = byWeight(manifest.findings).map((finding) => {
    const place = partAtLine(reading.parts, finding.line);
    const where = text(words, "findings.line", { line: finding.line });
    const weight = weightOf(finding);
    return element(
      "li",
      { class: weight },
      element("span", { class: "weight" }, text(words, weight === "look" ? "findings.look" : "findings.note")),
      place ? element("a", { href: `#${place.id}` }, where) : where,
      meaningHtml(finding.code, words),
      englishHtml(finding.text, words),
    );
  });
  const host = findings.environment
    .slice(0, HOST_LINES)
    .map((said_) =>
      element(
        "li",
        { class: "look" },
        element("span", { class: "weight" }, text(words, "findings.look")),
        element("span", { class: "quiet" }, text(words, "findings.host")),
        element("span", {}, hostLine(said_)),
      ),
    );
  const more = findings.environment.length - host.length;
  return part(
    "findings",
    words,
    "findings.heading",
    own.length + host.length === 0
      ? paragraph(text(words, "findings.none"))
      : element("ul", { class: "findings" }, ...own, ...host),
    more > 0 ? paragraph(text(words, "findings.more", { count: more })) : undefined,
  );
}

/** How the text differs from another one; the words themselves are marked in the law. */
export function changesHtml({ comparison, parts }: Reading, words: PageWords): Html | undefined {
  if (!comparison) return undefined;
  const changed = parts.filter((place) => place.changed);
  const units = changed.filter(({ part: one }) => one.kind === "unit");
  const outside = changed.length - units.length;
  const alarm = comparison.kind === "copy" && !comparison.equal;
  const told: (Html | undefined)[] = comparison.equal
    ? [paragraph(text(words, "changes.none"), "good")]
    : [
        alarm ? paragraph(text(words, "changes.copy"), "alarm") : undefined,
        changed.length === 0 ? paragraph(text(words, "changes.lineEnds")) : undefined,
        comparison.whole ? paragraph(text(words, "changes.whole")) : undefined,
        units.length > 0 ? paragraph(text(words, "changes.count", { count: units.length })) : undefined,
        outside > 0 ? paragraph(text(words, "changes.outside", { count: outside })) : undefined,
        changed.length > 0
          ? paragraph(
              joined(
                text(words, "changes.legend"),
                line(" "),
                element("ins", {}, text(words, "changes.added")),
                line(" "),
                element("del", {}, text(words, "changes.removed")),
              ),
              "quiet",
            )
          : undefined,
        element(
          "ol",
          { class: "jumps" },
          ...changed.map(({ id, line: at, part: one }) =>
            element(
              "li",
              {},
              element(
                "a",
                { href: `#${id}` },
                line(one.kind === "unit" ? one.unit.address : said(words, "findings.line", { line: at })),
              ),
            ),
          ),
        ),
      ];
  return element(
    "section",
    { id: "changes", class: "part" },
    element("h2", {}, text(words, "changes.heading", { name: comparison.name })),
    ...told,
  );
}

/** Of a new version: every article that is another, new or gone. */
export function supersededHtml({ bundle: { supersedes, rows } }: Reading, words: PageWords): Html | undefined {
  if (!supersedes) return undefined;
  const changed = changedArticles(compareVersions(supersedes.units, unitsOfRows(rows)), words);
  const { document_id: document, source_version_id: version } = supersedes;
  return part(
    "superseded",
    words,
    "superseded.heading",
    paragraph(text(words, "superseded.intro", { document, version: version ?? "-" }), "quiet"),
    changed.length === 0
      ? paragraph(text(words, "superseded.none"))
      : element("ul", {}, ...changed.map((one) => element("li", {}, line(one)))),
  );
}

/** The other documents, as the host tells them. */
export function databaseHtml({ bundle }: Reading, words: PageWords): Html {
  const { baseline } = bundle.findings;
  const units = baseline.reduce((sum, row) => sum + row.units, 0);
  const shown = baseline.slice(0, HOST_LINES);
  const head = (key: PageKey): Html => element("th", { scope: "col" }, text(words, key));
  return part(
    "database",
    words,
    "database.heading",
    paragraph(text(words, "database.intro", { count: baseline.length, units })),
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element("tr", {}, head("database.document"), head("database.units"), head("database.updated")),
      ),
      element(
        "tbody",
        {},
        ...shown.map((row) =>
          element(
            "tr",
            {},
            cell(hostLine(row.document)),
            cell(line(String(row.units))),
            cell(hostLine(typeof row["newest_updated_at"] === "string" ? row["newest_updated_at"] : "")),
          ),
        ),
      ),
    ),
    baseline.length > shown.length
      ? paragraph(text(words, "database.more", { count: baseline.length - shown.length }))
      : undefined,
  );
}

/** The rehearsal EXECUTION is bound to; the caller has found its digest in the journal. */
export function rehearsalHtml({ bundle }: Reading, words: PageWords): Html | undefined {
  const { request, journal } = bundle;
  if (request.gate !== "EXECUTION") return undefined;
  const facts = rehearsalOf(journal, request.payload.rehearsal_digest);
  return part(
    "rehearsal",
    words,
    "rehearsal.heading",
    paragraph(text(words, "rehearsal.intro", { count: facts.units })),
    facts.together ? paragraph(text(words, "rehearsal.together", togetherValues(facts.together))) : undefined,
    element(
      "ul",
      {},
      ...facts.proved.map((fact) => {
        const key = `rehearsal.${fact}`;
        return element("li", {}, isPageKey(key) ? text(words, key) : line(fact.replaceAll("_", " ")));
      }),
    ),
    element(
      "ul",
      { class: "quiet" },
      ...Object.entries(facts.counts).map(([effect, tables]) =>
        element(
          "li",
          {},
          text(words, "rehearsal.rows", {
            effect: effectWord(effect, words),
            rows: tables.reduce((sum, table) => sum + table.ins, 0),
            tables: tables.length,
          }),
        ),
      ),
    ),
  );
}

/** Other documents that are named; the rest is counted. */
const TOGETHER = 20;

/** Which documents went through the same rehearsal. */
export function togetherValues(together: NonNullable<Rehearsal["together"]>): { count: number; documents: string } {
  const named = together.slice(0, TOGETHER).map(({ document_id }) => document_id);
  return { count: together.length, documents: `${named.join(", ")}${together.length > TOGETHER ? ", …" : ""}` };
}

function effectWord(effect: string, words: PageWords): string {
  const key = `effect.${effect}`;
  return isPageKey(key) ? said(words, key) : effect.replaceAll("_", " ");
}

/** What is backed up, and what was proven of it. */
export function backupHtml({ bundle }: Reading, words: PageWords): Html | undefined {
  const { request, sg1, receipts } = bundle;
  if (!sg1) return undefined;
  const { tables, context_tables, recipient, max_age_minutes, left_out_keys } = sg1.backup_policy;
  const named =
    request.gate === "EXECUTION"
      ? receipts.find((receipt) => receipt.attempt === request.payload.backup.attempt)
      : undefined;
  const digests = Object.values(named?.content_digests ?? {});
  return part(
    "backup",
    words,
    "backup.heading",
    paragraph(text(words, "backup.policy", { tables: tables.length, recipient, minutes: max_age_minutes })),
    context_tables.length > 0 ? paragraph(text(words, "backup.context", { tables: context_tables.length })) : undefined,
    left_out_keys ? paragraph(text(words, "backup.keys", { keys: left_out_keys.join(", ") })) : undefined,
    named
      ? paragraph(
          text(words, "backup.proof", {
            attempt: named.attempt,
            rows: digests.reduce((sum, { rows }) => sum + rows, 0),
            tables: digests.length,
          }),
          "good",
        )
      : undefined,
  );
}

/** Every value the signature covers, with what it is; folded. */
export function digestsHtml({ bundle }: Reading, words: PageWords): Html {
  const { request, sg1 } = bundle;
  const rows = (payload: object): Html[] =>
    Object.entries(payload).map(([name, value]) => {
      const key = `field.${name}`;
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, line(name)),
        cell(isPageKey(key) ? text(words, key) : text(words, "digests.unknown")),
        cell(element("code", {}, line(valueText(value)))),
      );
    });
  const table = (body: readonly Html[]): Html =>
    element(
      "table",
      { class: "digests" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...(["digests.field", "digests.means", "digests.value"] as const).map((key) =>
            element("th", { scope: "col" }, text(words, key)),
          ),
        ),
      ),
      element("tbody", {}, ...body),
    );
  const rests = sg1 && request.gate !== "SG_1_cut_authz" ? sg1 : undefined;
  return element(
    "details",
    { id: "digests", class: "part" },
    element("summary", {}, element("h2", {}, text(words, "digests.heading"))),
    paragraph(text(words, "digests.intro")),
    table([...rows(request.payload), ...rows({ payload_sha: request.payload_sha })]),
    rests ? element("h3", {}, text(words, "digests.sg1")) : undefined,
    rests ? table(rows(rests)) : undefined,
  );
}
