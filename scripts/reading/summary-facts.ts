// A request in numbers and names, the same on the page and in the terminal: what is written, for whom, as what, and how sure the count is.
import { completenessText } from "../../runner/grammar/completeness-text.ts";
import type { Completeness } from "../../runner/model/manifest.ts";
import { TERM_SECONDS, termOf } from "../../runner/model/statement.ts";
import { compareVersions, unitsOfRows } from "../../runner/rules/supersession.ts";
import type { Bundle } from "../signing/bundle.ts";
import { articleCounts } from "./changed-articles.ts";
import { weightOf } from "./finding-weight.ts";
import { isPageKey, said, type PageKey, type PageWords } from "./page-words.ts";
import { documentOf, levelCounts, type Reading } from "./reading.ts";

/** Label and value, in the order in which they are told. */
export function summaryFacts({ bundle }: Reading, words: PageWords): (readonly [PageKey, string])[] {
  const { request, sg1, manifest, rows, snapshot, findings } = bundle;
  const [row] = rows;
  const levels = levelCounts(bundle)
    .map(([level, count]) => {
      const key = `level.${level}`;
      return said(words, isPageKey(key) ? key : "level.other", { count, level });
    })
    .join(", ");
  const look = manifest.findings.filter((finding) => weightOf(finding) === "look").length + findings.environment.length;
  const note = manifest.findings.length + findings.environment.length - look;
  const cut = manifest.region.byte_end - manifest.region.byte_start;
  const returns = snapshot.toString("latin1").split("\r\n").length - 1;
  const target = sg1 && { database: sg1.target.database, host: sg1.target.host };
  return [
    ["summary.document", documentOf(bundle)],
    ...(sg1 ? [["summary.version", sg1.source_version_id] as const] : []),
    ["summary.gate", request.gate],
    ["summary.run", request.run_id],
    ["summary.units", String(rows.length)],
    ["summary.levels", levels],
    ["summary.text", said(words, "summary.textValue", { cut, all: snapshot.length })],
    ...(returns > 0 ? [["summary.lineEnds", said(words, "summary.lineEndsValue", { count: returns })] as const] : []),
    ["summary.complete", completeFact(manifest.completeness, words)],
    ...comparedFact(bundle, words),
    ...beforeFact(bundle, words),
    ["summary.kind", row?.unit_kind ?? ""],
    ["summary.owner", row?.owner_ref ?? ""],
    ["summary.publication", row?.publication_type ?? ""],
    ["summary.findings", said(words, "summary.findingsValue", { look, note })],
    ...(target ? [["summary.target", said(words, "summary.targetValue", target)] as const] : []),
    ["summary.signBy", request.approve_by],
    ...(termOf(request) === TERM_SECONDS[request.gate]
      ? []
      : [["summary.term", said(words, "summary.termValue", { minutes: termOf(request) / 60 })] as const]),
  ];
}

/** The line of the second count; in English as it stands in the manifest. */
function completeFact(counted: Completeness | undefined, words: PageWords): string {
  if (counted === undefined) return said(words, "summary.completeUnknown");
  return words.count ? completenessText(counted.series, counted.elsewhere, words.count) : counted.summary;
}

/** Of a new version: what became of the articles of the enacted text it follows. */
function comparedFact({ supersedes, rows }: Reading["bundle"], words: PageWords): (readonly [PageKey, string])[] {
  if (!supersedes) return [];
  const counts = articleCounts(compareVersions(supersedes.units, unitsOfRows(rows)), words);
  return [["summary.compared", said(words, "summary.comparedValue", { document: supersedes.document_id, counts })]];
}

/** Of a later wave of a batch: what the wave before came to; whoever signs EXECUTION signs after it. */
export function beforeFact({ before }: Pick<Bundle, "before">, words: PageWords): (readonly [PageKey, string])[] {
  if (!before) return [];
  const { outcome, wave, batch_id: batch, outcome_digest } = before;
  const enacted = outcome.filter(([, , kind]) => kind === "closeout");
  const aside = outcome.filter(([, , kind]) => kind === "quarantined").map(([document]) => document);
  const values = { wave, batch, enacted: enacted.length, digest: outcome_digest.slice(-6) };
  const told = said(words, "summary.beforeValue", values);
  return [
    [
      "summary.before",
      aside.length === 0 ? told : `${told}; ${said(words, "summary.beforeAside", { documents: aside.join(", ") })}`,
    ],
  ];
}
