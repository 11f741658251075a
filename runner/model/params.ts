// The other half of the typed SQL boundary: the named, typed parameters of every statement, in the order of its $1 to $n.

/** How a value of a SQL type is handed to a statement. Numbers past 2^53 and JSON travel as text; times are UTC. */
interface Values {
  readonly text: string;
  readonly uuid: string;
  readonly int: number;
  readonly bigint: string;
  readonly boolean: boolean;
  readonly jsonb: string;
  readonly bytea: Uint8Array;
  readonly timestamptz: Date | string;
}
type Scalar = keyof Values;
/** A type as the `-- params:` header of a statement writes it. */
export type SqlType = `${Scalar}${"" | "[]"}` | `${Scalar}${"" | "[]"} or null` | `(${Scalar} or null)[]`;
type ValueOf<T extends SqlType> = T extends `${infer S extends SqlType} or null`
  ? ValueOf<S> | null
  : T extends `(${infer S extends Scalar} or null)[]`
    ? readonly (Values[S] | null)[]
    : T extends `${infer S extends Scalar}[]`
      ? readonly Values[S][]
      : T extends Scalar
        ? Values[T]
        : never;

/** Parameters by statement, as the header of its file lists them; test/architecture holds the two against each other. */
// prettier-ignore
export const PARAMS = {
  "read/admissions": { run_id: "text" },
  "read/admitted-statements": { run_id: "text" },
  "read/approver-sets": {},
  "read/backup/checksum-statements": { tables: "text[]" },
  "read/backup/export-snapshot": {},
  "read/backup/extensions": { schemas: "text[]" },
  "read/backup/left-out": { schemas: "text[]", carried: "text[]", left_out_keys: "text[]" },
  "read/backup/parameters": { schemas: "text[]" },
  "read/backup/relations": { schemas: "text[]", wanted: "text[]", structure: "text[]" },
  "read/backup/rights": { schemas: "text[]", carried: "text[]", extensions: "text[]" },
  "read/backup/roles": {},
  "read/backup/schemas": { wanted: "text[]", structure: "text[]" },
  "read/backup/scratch-statements": {
    roles: "jsonb", restorer: "text", restorer_password: "text", encoding: "text", lc_collate: "text", lc_ctype: "text",
    public_usage: "boolean", schemas: "text[]", extensions: "jsonb", parameters: "text[]",
  },
  "read/backup/server-facts": {},
  "read/baseline": {},
  "read/catalog-version": { scope: "jsonb" },
  "read/database-now": {},
  "read/earlier-runs-of-day": { run_id: "text" },
  "read/effects-of-others": { run_id: "text" },
  "read/environment/configuration": { scope: "jsonb" },
  "read/environment/functions": { scope: "jsonb" },
  "read/environment/grants": { scope: "jsonb" },
  "read/environment/memberships": { scope: "jsonb" },
  "read/environment/powers": { scope: "jsonb" },
  "read/environment/relations": { scope: "jsonb" },
  "read/environment/role-settings": { scope: "jsonb" },
  "read/environment/roles": { scope: "jsonb" },
  "read/environment/server": { scope: "jsonb" },
  "read/environment/triggers": { scope: "jsonb" },
  "read/environment/types": { scope: "jsonb" },
  "read/escalation": { run_id: "text" },
  "read/grant-matrix": {},
  "read/halts": { run_id: "text or null" },
  "read/journal-tail": { run_id: "text" },
  "read/journal": { run_id: "text" },
  "read/lock-room": {},
  "read/phases-done": { run_id: "text" },
  "read/precheck/missing-objects": { scope: "jsonb" },
  "read/precheck/roles": { roles: "text[]" },
  "read/protected-hash": { prefixes: "text[]" },
  "read/receipts": { run_id: "text" },
  "read/rehearsal/compare-looks": { look: "int" },
  "read/rehearsal/drop-statements": { stage: "text" },
  "read/rehearsal/look-statements": { tables: "text[]", look: "int" },
  "read/rehearsal/stage-statements": { stage: "text", source: "text", roles: "text[]", password: "text" },
  "read/named-halts": { halt_ids: "bigint[]" },
  "read/revocation-target": { kind: "text", value: "text" },
  "read/run": { run_id: "text" },
  "read/scratch/given-server": {},
  "read/scratch/sweep-statements": {},
  "read/server-identity": {},
  "read/source-document": { document_id: "text" },
  "read/standing-units": { document_id: "text" },
  "read/statistics": {},
  "read/taken-addresses": { addresses: "text[]" },
  "read/two-grant": {},
  "read/unused-statements": { run_id: "text", gate: "text", payload_sha: "text or null" },
  "read/vocabulary": {},
  "revert/run-units": { run_id: "text", actor: "text", reason: "text", soft_status: "text" },
  "verify/earlier-verdicts": { change_set_id: "uuid" },
  "verify/immutability-triggers": {},
  "verify/ledger-counts": {},
  "verify/lifecycle-log": { run_id: "text", review_decision_id: "uuid" },
  "verify/observed-ledger": { change_set_id: "uuid", entry_id: "uuid" },
  "verify/observed-units": { run_id: "text" },
  "verify/run-decisions": { change_set_id: "uuid" },
  "verify/units-of-document": { document_id: "text" },
  "verify/written-units": { run_id: "text" },
  "write/acknowledge-halt": {},
  "write/admit": {
    gate: "text", run_id: "text", payload: "jsonb", payload_sha: "text", person: "text", fingerprint: "text", nonce: "text",
    statement: "bytea", signature: "bytea", valid_from: "timestamptz", use_by: "timestamptz", planned_units: "jsonb or null", planned_ledger: "jsonb or null",
  },
  "write/append-journal": { run_id: "text", epoch: "bigint", seq: "bigint", prev_sha: "text", entry_sha: "text", entry: "jsonb" },
  "write/begin-effect": { run_id: "text", phase: "text", epoch: "bigint", input_sha: "text", payload_shas: "jsonb", cap_seconds: "int" },
  "write/close-run": { run_id: "text", epoch: "bigint", kind: "text", reason: "text" },
  "write/create-units": {
    ordinals: "int[]", addresses: "text[]", titles: "text[]", bodies: "text[]", actor: "text", unit_kinds: "text[]",
    section_types: "text[]", owner_refs: "text[]", publication_types: "text[]", parent_addresses: "(text or null)[]",
  },
  "write/enact-units": {
    run_id: "text", actor: "text", review_decision_id: "uuid", change_set_id: "uuid", reason: "text", tool_revision: "text",
  },
  "write/end-effect": { run_id: "text", phase: "text", epoch: "bigint", output_sha: "text", output: "jsonb" },
  "write/fire-deferred-triggers": {},
  "write/leg-b-affected-rows": { ids: "uuid[]", addresses: "text[]", change_set_id: "uuid", after_states: "jsonb[]" },
  "write/leg-b-change-set": {
    change_set_id: "uuid", rollback_key: "text", idempotency_key: "text", manifest_id: "uuid", manifest_version: "text",
    review_decision_id: "uuid", executor_tool_revision: "text", executor_signature_id: "uuid", affected_unit_count: "int",
    payload_summary: "jsonb", scenario_ref: "text", emitted_by: "text",
  },
  "write/leg-b-entry": { entry_id: "uuid", payload: "jsonb", scenario_ref: "text" },
  "write/leg-b-envelope": {
    envelope_id: "uuid", source_doc_ref: "text", change_set_id: "uuid", created_by: "text", reviewer: "text", manifest_version: "text",
    manifest_digest: "text",
  },
  "write/leg-b-history": { history_id: "uuid", entry_id: "uuid", change_diff: "jsonb", changed_by: "text", rationale: "text" },
  "write/leg-b-unit-blocks": {
    envelope_id: "uuid", ordinals: "int[]", spans: "jsonb[]", addresses: "text[]", unit_kinds: "text[]", section_types: "text[]",
    parent_addresses: "(text or null)[]", content_hashes: "text[]", authority: "text", edges: "(jsonb or null)[]",
  },
  "write/lift-halt": { halt_ids: "bigint[]", statement: "bytea", signature: "bytea", person: "text" },
  "write/lock-runs-index": { run_id: "text" },
  "write/open-run": { run_id: "text", document_id: "text", host: "text", actor: "text", release: "text", holder: "text" },
  "write/plan-for-bulk": {},
  "write/record-phase": { run_id: "text", phase: "text", epoch: "bigint", input_sha: "text", output_sha: "text", output: "jsonb" },
  "write/record-receipt": {
    run_id: "text", epoch: "bigint", attempt: "int", content_digests: "jsonb", content_digests_sha: "text", file_sha: "text",
    size: "bigint", recipient: "text", proof: "jsonb", proof_sha: "text",
  },
  "write/release-lease": { run_id: "text", epoch: "bigint" },
  "write/request-halt": { run_id: "text or null", reason: "text", actor: "text" },
  "write/review-decision": {
    review_decision_id: "uuid", event_kind: "text", manifest_id: "uuid", manifest_version: "text", review_scope: "text", verdict: "text",
    findings: "jsonb", reviewer_identity: "text", decision_at: "timestamptz", decided_by: "text", prior: "uuid or null",
    change_set_id: "uuid", tool_revision: "text", scenario_ref: "text", independence: "jsonb",
  },
  "write/revoke": { kind: "text", value: "text", person: "text", fingerprint: "text", statement: "bytea", signature: "bytea" },
  "write/set-state": { run_id: "text", epoch: "bigint", state: "text", last_stop: "text or null" },
  "write/signature": {
    signature_id: "uuid", kind: "text", dot_id: "text", tool_revision: "text", payload_hash: "text", envelope: "jsonb",
    change_set_id: "uuid or null", verify_result_id: "uuid or null", scenario_ref: "text",
  },
  "write/take-lease": { run_id: "text", holder: "text", gone_holder: "text or null" },
  "write/verify-result": {
    verify_result_id: "uuid", change_set_id: "uuid", manifest_id: "uuid", manifest_version: "text", review_decision_id: "uuid",
    executor_signature_id: "uuid", verifier_signature_id: "uuid", executor_tool_revision: "text", verifier_tool_revision: "text",
    verify_meta: "jsonb", unit_count: "int", scenario_ref: "text", axis_2_detail: "jsonb",
  },
  "write/last-look": { run_id: "text", phase: "text" },
  "write/order-revert": { run_id: "text", actor: "text", reason: "text", soft_status: "text" },
  "read/batches": { batch_id: "text or null" },
  "read/batch-members": { batch_id: "text" },
  "read/batch-waves": { batch_id: "text" },
  "read/wave-before": { run_id: "text" },
  "read/documents-asked-for": { document_ids: "text[]" },
  "read/pace": {},
  "read/load": {},
  "read/open-runs": { host: "text" },
  "read/closed-runs": { host: "text" },
  "read/copies-to-drop": { run_ids: "text[]" },
  "read/runs-of-copies": { file_shas: "text[]" },
  "read/host-beats": {},
  "write/host-beat": { process: "text", doing: "text", release: "text", key: "text" },
  "write/open-batch": {
    batch_id: "text", manifest: "jsonb", manifest_sha: "text", host: "text", actor: "text", release: "text", members: "jsonb",
  },
  "write/assign-member": { batch_id: "text", document_id: "text", run_id: "text" },
  "write/note-member": { batch_id: "text", document_id: "text", last_stop: "text or null", failed: "boolean", quarantine: "text or null" },
  "write/end-wave": { batch_id: "text", wave: "int", outcome_digest: "text", outcome: "jsonb" },
  "write/close-batch": { batch_id: "text", kind: "text", reason: "text" },
  "write/give-up-batch": { batch_id: "text", reason: "text", actor: "text" },
  "write/stop-batch": { batch_id: "text", reason: "text", actor: "text" },
  "read/revert-order": { run_id: "text" },
  "read/orders": { run_id: "text" },
  "verify/ledger-differences": { run_id: "text" },
} as const satisfies Record<string, Readonly<Record<string, SqlType>>>;

/** Every statement below sql/read, sql/write, sql/verify and sql/revert. */
export type StatementFile = keyof typeof PARAMS;
/** The parameters of a statement, by name. */
export type ParamsOf<N extends StatementFile> = {
  readonly [K in keyof (typeof PARAMS)[N]]: ValueOf<(typeof PARAMS)[N][K] & SqlType>;
};
/** What a call hands over after the name: one object, or nothing at all where the statement has no parameters. */
export type ArgumentsOf<N extends StatementFile> = keyof (typeof PARAMS)[N] extends never ? [] : [params: ParamsOf<N>];
