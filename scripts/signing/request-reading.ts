// What a person sees in the terminal before signing: one screen of sentences and numbers, findings by weight, where the page lies, and
// last what the signature covers. Every word passes printable, so nothing a document or a host holds can move the cursor.
import { rehearsalOf } from "../../runner/rules/rehearsed-changes.ts";
import { compareVersions, unitsOfRows } from "../../runner/rules/supersession.ts";
import { printable, printableLines } from "../../runner/rules/text-hygiene.ts";
import { changedArticles } from "../reading/changed-articles.ts";
import { byWeight, weightOf } from "../reading/finding-weight.ts";
import { doesKey, ENGLISH, isPageKey, said, thenKey, type PageKey, type PageWords } from "../reading/page-words.ts";
import { togetherValues } from "../reading/page-parts.ts";
import { summaryFacts } from "../reading/summary-facts.ts";
import { documentOf, valueText, type Reading } from "../reading/reading.ts";

/** Findings of the document, and lines the host says, that are shown here; the page shows all of the first. */
const FINDINGS = 10;
const HOST_LINES = 5;
const CHANGES = 30;
/** Other documents that are named; the rest is counted. */
const DOCUMENTS = 8;
/** Characters of one value the host chose; what is signed is shown whole. */
const VALUE = 400;

/** Says a key in the words of one language. */
type Say = (key: PageKey, values?: Record<string, string | number>) => string;
const sayIn =
  (words: PageWords): Say =>
  (key, values = {}) =>
    said(words, key, values);

const shortened = (text: string): string => (text.length > VALUE ? `${text.slice(0, VALUE)}…` : text);
// A label may be a name that the host gives: escaped like everything else.
const whole = (label: string, value: string): string => `  ${printable(label).padEnd(22)} ${printable(value)}\n`;
const line = (label: string, value: string): string => whole(shortened(label), shortened(value));
const heading = (text: string): string => `\n${printable(shortened(text))}\n`;
const rest = (count: number, text: (values: { count: number }) => string): string[] =>
  count > 0 ? [`  ${text({ count })}\n`] : [];

/** The screen. `page` is where the reading page lies. */
export function requestReading(reading: Reading, page: string, words: PageWords = ENGLISH): string {
  const say = sayIn(words);
  const { bundle, person } = reading;
  const { request } = bundle;
  const values = { count: bundle.rows.length, document: documentOf(bundle) };
  return [
    heading(say("ask.title", { person: person ?? "", gate: request.gate, run: request.run_id })),
    `  ${printable(say(doesKey(request.gate), values))}\n`,
    `  ${say(thenKey(request.gate))}\n`,
    heading(say("summary.heading")),
    ...summaryFacts(reading, words).map(([key, value]) => line(say(key), value)),
    ...verdictPart(reading, say),
    ...supersededPart(reading, words),
    ...changesPart(reading, say),
    ...findingsPart(reading, words),
    ...databasePart(reading, say),
    ...rehearsalPart(reading, say),
    heading(say("ask.page")),
    `  ${printable(page)}\n`,
    heading(say("digests.heading")),
    ...fields(request.payload),
    ...restsOn(reading, say),
    line("payload_sha", request.payload_sha),
    "\n",
  ].join("");
}

const fields = (payload: object): string[] =>
  Object.entries(payload).map(([key, value]) => whole(key, valueText(value)));

/** A request that names SG_1 by its digest shows the SG_1 with that digest; text, rows and counts in it were computed again here. */
function restsOn({ bundle: { request, sg1 } }: Reading, say: Say): string[] {
  if (!sg1 || request.gate === "SG_1_cut_authz") return [];
  return [heading(say("digests.sg1")), ...fields(sg1), heading(say("digests.together"))];
}

function verdictPart({ bundle: { request, verdict } }: Reading, say: Say): string[] {
  if (request.gate !== "SG_2_lifecycle_authz") return [];
  if (!verdict) return [heading(say("verdict.heading")), `  ${say("verdict.none")}\n`];
  return [
    heading(say("verdict.heading")),
    `  ${say("verdict.pass")}\n`,
    line(say("verdict.units"), String(verdict.units)),
    line(say("verdict.ledger"), String(verdict.ledger_rows)),
    line(say("verdict.checks"), String(verdict.checks.length)),
  ];
}

/** Of a new version: what became of the articles of the enacted text, whose digests are the host's word. */
function supersededPart({ bundle: { supersedes, rows } }: Reading, words: PageWords): string[] {
  if (!supersedes) return [];
  const say = sayIn(words);
  const changed = changedArticles(compareVersions(supersedes.units, unitsOfRows(rows)), words);
  const { document_id: document, compared_sha: digest, units } = supersedes;
  return [
    heading(say("superseded.title", { document })),
    ...changed.slice(0, CHANGES).map((text) => `  ${printable(shortened(text))}\n`),
    ...rest(changed.length - CHANGES, (values) => say("ask.moreArticles", values)),
    line(say("superseded.compared"), say("superseded.units", { count: units.length, digest })),
    line(say("superseded.version"), supersedes.source_version_id ?? say("superseded.elsewhere")),
  ];
}

function changesPart({ comparison, parts }: Reading, say: Say): string[] {
  if (!comparison) return [];
  const changed = parts.filter((place) => place.changed && place.part.kind === "unit").length;
  return [
    heading(say("changes.heading", { name: comparison.name })),
    `  ${comparison.equal ? say("changes.none") : say("changes.count", { count: changed })}\n`,
  ];
}

function findingsPart({ bundle: { manifest, findings } }: Reading, words: PageWords): string[] {
  const say = sayIn(words);
  const own = byWeight(manifest.findings);
  const host = findings.environment;
  const meant = (code: string): string => (words.kinds?.[code] === undefined ? "" : `${words.kinds[code]}: `);
  return [
    heading(say("findings.heading")),
    ...(own.length + host.length === 0 ? [`  ${say("findings.none")}\n`] : []),
    ...own
      .slice(0, FINDINGS)
      .map((finding) =>
        line(
          `${say(weightOf(finding) === "look" ? "findings.look" : "findings.note")}, ${say("findings.line", { line: finding.line })}`,
          `${meant(finding.code)}${finding.text}`,
        ),
      ),
    ...rest(own.length - FINDINGS, (values) => say("ask.moreFindings", values)),
    ...host.slice(0, HOST_LINES).map((text) => line(say("findings.hostSays"), text)),
    ...rest(host.length - HOST_LINES, (values) => say("ask.moreHost", values)),
  ];
}

function databasePart({ bundle: { findings } }: Reading, say: Say): string[] {
  const { baseline } = findings;
  const units = baseline.reduce((sum, row) => sum + row.units, 0);
  return [
    heading(say("database.heading")),
    `  ${say("database.intro", { count: baseline.length, units })}\n`,
    ...baseline.slice(0, DOCUMENTS).map((row) => line(row.document, say("database.count", { count: row.units }))),
    ...rest(baseline.length - DOCUMENTS, (values) => say("ask.moreDocuments", values)),
  ];
}

/** EXECUTION binds a rehearsal: its facts must stand in the journal under the digest that is signed. */
function rehearsalPart({ bundle: { request, journal } }: Reading, say: Say): string[] {
  if (request.gate !== "EXECUTION") return [];
  const facts = rehearsalOf(journal, request.payload.rehearsal_digest);
  return [
    heading(say("rehearsal.heading")),
    `  ${say("rehearsal.intro", { count: facts.units })}\n`,
    ...(facts.together ? [`  ${printable(say("rehearsal.together", togetherValues(facts.together)))}\n`] : []),
    ...facts.proved.map((fact) => {
      const key = `rehearsal.${fact}`;
      return `    ${isPageKey(key) ? say(key) : printable(fact.replaceAll("_", " "))}\n`;
    }),
  ];
}

/** The whole text with the address of every unit, for a pager. */
export function unitsText({ parts, law }: Reading, words: PageWords = ENGLISH): string {
  const say = sayIn(words);
  return parts
    .map(({ part }) => {
      if (part.kind === "outside") {
        const text = law.text.slice(part.start, part.end);
        return text.trim() === "" ? "" : `— ${say("law.outside")} —\n${shown(text)}\n`;
      }
      const { unit, body } = part;
      const title = printable(unit.title.replace(/\s*[\r\n]\s*/gu, " "));
      const text = body === null ? say("law.heading.body") : shown(law.text.slice(body.start, body.end));
      return `${"─".repeat(72)}\n${unit.address}\n${title}\n\n${text}\n\n`;
    })
    .join("");
}

const shown = (text: string): string => printableLines(text.replaceAll("\r\n", "\n"));
