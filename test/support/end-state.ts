// Where a run has come to, in words two runs can be compared by: everything that may differ between two honest runs of the same text
// (row ids, times, run id, nonces, transaction numbers, epochs, hashes over any of these) is replaced by what it stands for.
import type { GovernedHost } from "./governed-host.ts";

/** Table by table, rows as JSON text in an order that does not rest on an id. `u`: units of the document; `set`: its change set. */
const RUN = "SELECT run_id FROM run_in_question";
const SET = `SELECT change_set_id FROM cutter_governance.cut_change_set WHERE payload_summary ->> 'run_id' = (${RUN})`;
const ENVELOPE = `SELECT manifest_id FROM cutter_governance.cut_change_set WHERE change_set_id IN (${SET})`;
const DOCUMENT = "split_part(canonical_address, '/', 1) = (SELECT document_id FROM run_in_question)";
const UNITS = `SELECT id FROM public.information_unit WHERE ${DOCUMENT}`;
const ENTRIES = `SELECT entry_id FROM cutter_governance.decision_backlog_entry WHERE payload::text LIKE '%' || (${RUN}) || '%'`;

const TABLES: readonly (readonly [table: string, from: string, order: string])[] = [
  ["information_unit", `public.information_unit t WHERE ${DOCUMENT}`, 't.canonical_address COLLATE "C"'],
  [
    "unit_version",
    `public.unit_version t JOIN public.information_unit n ON n.id = t.unit_id WHERE n.id IN (${UNITS})`,
    'n.canonical_address COLLATE "C", t.version_seq',
  ],
  ["birth_registry", `public.birth_registry t WHERE ${DOCUMENT}`, 't.canonical_address COLLATE "C"'],
  ["iu_lifecycle_log", `public.iu_lifecycle_log t WHERE ${DOCUMENT}`, 't.canonical_address COLLATE "C", t.from_status'],
  ["cut_change_set", `cutter_governance.cut_change_set t WHERE change_set_id IN (${SET})`, "t.operation_kind"],
  [
    "cut_change_set_affected_row",
    `cutter_governance.cut_change_set_affected_row t WHERE change_set_id IN (${SET})`,
    "t.row_ordinal",
  ],
  ["manifest_envelope", `cutter_governance.manifest_envelope t WHERE envelope_id IN (${ENVELOPE})`, "t.status"],
  [
    "manifest_unit_block",
    `cutter_governance.manifest_unit_block t WHERE envelope_id IN (${ENVELOPE})`,
    "t.render_order, t.block_role",
  ],
  ["review_decision", `cutter_governance.review_decision t WHERE manifest_id IN (${ENVELOPE})`, "t.created_at"],
  [
    "dot_pair_signature",
    `cutter_governance.dot_pair_signature t WHERE cross_reference_change_set_id IN (${SET}) OR cross_reference_verify_result_id IN (SELECT verify_result_id FROM cutter_governance.verify_result WHERE change_set_id IN (${SET}))`,
    "t.signature_kind",
  ],
  ["verify_result", `cutter_governance.verify_result t WHERE change_set_id IN (${SET})`, "t.verify_kind"],
  ["decision_backlog_entry", `cutter_governance.decision_backlog_entry t WHERE entry_id IN (${ENTRIES})`, "t.kind"],
  [
    "decision_backlog_history",
    `cutter_governance.decision_backlog_history t WHERE entry_id IN (${ENTRIES})`,
    "t.entry_version_after",
  ],
  [
    "run",
    `(SELECT document_id, host, release, state, last_stop, close_kind, close_reason FROM cutter_runtime.run WHERE run_id = (${RUN})) t`,
    "1",
  ],
  ["phase_done", `(SELECT phase, principal FROM cutter_runtime.phase_done WHERE run_id = (${RUN})) t`, "t.phase"],
  ["planned_unit", `cutter_runtime.planned_unit t WHERE t.run_id = (${RUN})`, "t.ordinal"],
  [
    "admission",
    `(SELECT a.gate, a.person, u.phase FROM cutter_runtime.admission a LEFT JOIN cutter_runtime.admission_use u USING (nonce) WHERE a.run_id = (${RUN})) t`,
    "t.gate",
  ],
  [
    "journal",
    `(SELECT seq, entry ->> 'event' AS event, entry ->> 'phase' AS phase FROM cutter_runtime.journal WHERE run_id = (${RUN})) t`,
    "t.seq",
  ],
];

/** Projected rows by table. A table without a row of the run is an empty list, so a lost one shows. */
export async function endState(host: GovernedHost, runId: string): Promise<Record<string, readonly unknown[]>> {
  const [run] = await host.sql<{ document_id: string }>(
    "SELECT document_id FROM cutter_runtime.run WHERE run_id = $1",
    [runId],
  );
  if (!run) throw new Error(`no run ${runId}`);
  const nonces = await host.sql<{ nonce: string; gate: string }>(
    "SELECT nonce, gate FROM cutter_runtime.admission WHERE run_id = $1",
    [runId],
  );
  const names: [string, string][] = [
    [runId, "RUN"],
    [run.document_id, "DOC"],
    [run.document_id.toLowerCase(), "doc"],
    ...nonces.map(({ nonce, gate }): [string, string] => [nonce, `nonce of ${gate}`]),
  ];
  const project = projection(names, await contentHashes(host));
  const found: Record<string, readonly unknown[]> = {};
  for (const [table, from, order] of TABLES) {
    const rows = await host.sql<{ row: string }>(
      `WITH run_in_question AS (SELECT run_id, document_id FROM cutter_runtime.run WHERE run_id = $1) SELECT to_jsonb(t)::text AS row FROM ${from} ORDER BY ${order}`,
      [runId],
    );
    found[table] = rows.map(({ row }): unknown => JSON.parse(project(row)));
  }
  return found;
}

/** Digests of text alone: equal texts must keep equal digests, so these stay as they are. */
async function contentHashes(host: GovernedHost): Promise<ReadonlySet<string>> {
  const rows = await host.sql<{ sha: string }>(
    "SELECT content_hash AS sha FROM cutter_runtime.planned_unit UNION SELECT title_sha FROM cutter_runtime.planned_unit",
  );
  return new Set(rows.map(({ sha }) => sha));
}

/** Ids become ordinals by first appearance: two states are equal exactly when their rows refer to each other in the same way. */
function projection(
  names: readonly (readonly [string, string])[],
  kept: ReadonlySet<string>,
): (text: string) => string {
  const ordinals = new Map<string, string>();
  const ordinal = (kind: string, value: string): string => {
    const known = ordinals.get(value) ?? `${kind}-${ordinals.size + 1}`;
    ordinals.set(value, known);
    return known;
  };
  return (text) =>
    names
      .reduce((named, [value, name]) => named.replaceAll(value, name), text)
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?/g, "TIME")
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (id) => ordinal("id", id))
      .replaceAll(/\b[0-9a-f]{64}\b/g, (sha) => (kept.has(sha) ? sha : ordinal("sha", sha)))
      // A key carries the first digits of a digest that stands in full beside it.
      .replaceAll(
        /(?<=:)[0-9a-f]{16}(?=:)/g,
        (start) => [...ordinals].find(([sha]) => sha.startsWith(start))?.[1] ?? start,
      )
      .replaceAll(/"xid": "\d+"/g, '"xid": "XID"');
}
