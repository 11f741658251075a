// What a person reads before signing: the plan as a law is read, then everything it rests on. Rendered from the statement's own
// values and from what was computed on this machine; every word passes printable, so nothing a document holds can move the cursor.
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { rehearsalOf } from "../../runner/rules/rehearsed-changes.ts";
import { changedLines, compareVersions, countsLine, unitsOfRows } from "../../runner/rules/supersession.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { Bundle } from "./bundle.ts";

/** Lines of the tree that are shown whole; of a longer one the first and the last half. */
const TREE_LINES = 400;
/** Lines of a body at the beginning and at the end of the document. */
const BODY_LINES = 12;
const FINDINGS = 60;
const CHANGES = 200;

// A label may be a name that the host gives: escaped like everything else.
const line = (label: string, value: string): string => `  ${printable(label).padEnd(22)} ${printable(value)}\n`;
const heading = (text: string): string => `\n${text}\n`;

/** The whole reading of one request. `person` is the name that is asked. */
export function requestReading(bundle: Bundle, person: string): string {
  const { request } = bundle;
  return [
    heading(`${printable(person)}, you are asked to sign ${request.gate} for run ${request.run_id}`),
    ...planOf(bundle),
    ...comparedWith(bundle),
    ...findingsOf(bundle),
    ...databaseOf(bundle),
    ...rehearsalPart(bundle),
    ...restsOn(bundle),
    heading("what the signature covers"),
    ...fields(request.payload),
    line("payload", request.payload_sha),
    line("must be signed by", request.approve_by),
    "\n",
  ].join("");
}

const fields = (payload: object): string[] =>
  Object.entries(payload).map(([key, value]) => line(key, typeof value === "string" ? value : JSON.stringify(value)));

/** A request that names SG_1 by its digest shows the SG_1 with that digest; text, rows and counts in it were computed again here. */
function restsOn({ request, sg1 }: Bundle): string[] {
  if (!sg1 || request.gate === "SG_1_cut_authz") return [];
  return [heading("the SG_1 it rests on; its text, rows and counts are those above"), ...fields(sg1)];
}

function planOf({ rows, manifest, writer_digest, snapshot }: Bundle): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.section_type, (counts.get(row.section_type) ?? 0) + 1);
  const [first, last] = [rows[0], rows.at(-1)];
  return [
    heading("the units, computed on this machine from the text"),
    ...treeOf(rows),
    heading("the first unit"),
    ...(first ? unitOf(first) : []),
    ...(last && rows.length > 1 ? [heading("the last unit"), ...unitOf(last)] : []),
    heading("in numbers"),
    line("units", String(rows.length)),
    line("by type", [...counts].map(([type, count]) => `${count} ${type}`).join(", ")),
    line(
      "text",
      `${manifest.region.byte_end - manifest.region.byte_start} of ${snapshot.length} bytes are cut, every one accounted for`,
    ),
    ...(manifest.completeness === undefined ? [] : [line("counted again", manifest.completeness.summary)]),
    line("manifest digest", manifest.manifest_digest),
    line("writer digest", writer_digest),
  ];
}

/** Of a new version: what became of every article of the enacted text, whose digests are the host's word. */
function comparedWith({ supersedes, rows }: Bundle): string[] {
  if (!supersedes) return [];
  const comparison = compareVersions(supersedes.units, unitsOfRows(rows));
  const lines = changedLines(comparison);
  return [
    heading(`a new version of ${printable(supersedes.document_id)}, whose enacted text stays as it is`),
    line("articles", countsLine(comparison)),
    ...lines.slice(0, CHANGES).map((text) => `  ${printable(text)}\n`),
    ...(lines.length > CHANGES ? [`  … ${lines.length - CHANGES} articles more\n`] : []),
    line("compared text", `${supersedes.units.length} units, ${supersedes.compared_sha}`),
    line("of version", supersedes.source_version_id ?? "(not cut by a run of this database)"),
  ];
}

function treeOf(rows: readonly PlanRow[]): string[] {
  const depth = (row: PlanRow): number => row.canonical_address.split("/").length - 2;
  const shown = rows.map(
    (row) => `  ${"  ".repeat(Math.max(0, depth(row)))}${printable(row.canonical_address)}  ${printable(row.title)}\n`,
  );
  if (shown.length <= TREE_LINES) return shown;
  const half = TREE_LINES / 2;
  return [
    ...shown.slice(0, half),
    `  … ${shown.length - TREE_LINES} units between; all of them stand in cut_plan.json of the bundle, compared above …\n`,
    ...shown.slice(-half),
  ];
}

function unitOf(row: PlanRow): string[] {
  const body = row.body.split("\n").map(printable);
  const more = body.length - BODY_LINES;
  return [
    line("address", row.canonical_address),
    line("title", row.title),
    line("type", row.section_type),
    ...body.slice(0, BODY_LINES).map((text) => `    | ${text}\n`),
    ...(more > 0 ? [`    | … ${more} lines more\n`] : []),
  ];
}

function findingsOf({ manifest, findings }: Bundle): string[] {
  const document = manifest.findings.slice(0, FINDINGS).map((finding) => line(`line ${finding.line}`, finding.text));
  const more = manifest.findings.length - document.length;
  const none = document.length === 0 && findings.environment.length === 0;
  return [
    heading("findings"),
    ...document,
    ...(more > 0 ? [`  … ${more} findings more\n`] : []),
    ...findings.environment.map((text) => line("environment (host)", text)),
    ...(none ? ["  none\n"] : []),
  ];
}

function databaseOf({ findings }: Bundle): string[] {
  const units = findings.baseline.reduce((sum, row) => sum + row.units, 0);
  return [
    heading(`what else is in the database (the host's word): ${findings.baseline.length} documents, ${units} units`),
    ...findings.baseline.map((row) => line(row.document, `${row.units} units`)),
  ];
}

/** EXECUTION binds a rehearsal: its facts must stand in the journal under the digest that is signed. */
function rehearsalPart({ request, journal }: Bundle): string[] {
  if (request.gate !== "EXECUTION") return [];
  const facts = rehearsalOf(journal, request.payload.rehearsal_digest);
  return [
    heading(`rehearsed on a database restored from this run's backup, ${facts.units} units`),
    ...facts.proved.map((fact) => `  ${printable(fact.replaceAll("_", " "))}\n`),
    ...Object.entries(facts.counts).map(([effect, tables]) =>
      line(effect, `${tables.reduce((sum, table) => sum + table.ins, 0)} rows in ${tables.length} tables`),
    ),
  ];
}
