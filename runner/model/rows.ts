// One half of the typed SQL boundary: the form of every row a named statement answers (params.ts: what it is asked with).
import * as z from "zod";
import { baselineRow } from "./outputs.ts";
import { waveOutcome } from "./batch.ts";
import { WRITING_PHASES } from "./run.ts";

const text = z.string();
const nullable = z.string().nullable();
const when = z.date();
const count = z.int();
const done = z.strictObject({ done: nullable });
const id = z.strictObject({ id: text });
const made = z.strictObject({ ordinal: count, address: text, status: nullable });
const fact = z.strictObject({ kind: text, fact: text, place: text });
const environment = z.strictObject({ kind: text, identity: text, value: nullable });
const epoch = z.strictObject({ epoch: text });
const none = z.looseObject({});

/** Form of a row by statement; a row of another form is STOP_COULD_NOT_LOOK. */
// prettier-ignore
export const ROWS = {
  "read/server-identity": z.strictObject({
    session_user: text, current_user: text, database: text, system_identifier: text, timeline: count, in_recovery: z.boolean(),
    server_version_num: count, session_replication_role: text, track_counts: text, time_zone: text,
  }),
  "read/database-now": z.strictObject({ now: when }),
  "read/run": z.strictObject({
    run_id: text, document_id: text, source_version_id: nullable, host: text, actor: text, release: text, state: text, last_stop: nullable,
    opened: when, closed: when.nullable(), close_kind: nullable, close_reason: nullable, epoch: nullable, holder: nullable,
    expires_at: when.nullable(), effect_phase: nullable, lease_run_id: nullable, now: when,
  }),
  "read/phases-done": z.strictObject({
    phase: text, epoch: text, input_sha: text, output_sha: text, output: z.unknown(), principal: text, xid: text, at: when,
  }),
  "read/journal": z.strictObject({ seq: text, prev_sha: text, entry_sha: text, entry: z.unknown(), at: when }),
  "read/journal-tail": z.strictObject({ seq: text, entry_sha: text }),
  "read/admissions": z.strictObject({
    nonce: text, gate: text, payload_sha: text, payload: z.unknown(), person: text, fingerprint: text, valid_from: when, use_by: when,
    admitted_at: when, used_phase: nullable, used_at: when.nullable(),
  }),
  "read/admitted-statements": z.strictObject({
    gate: text, person: text, fingerprint: text, admitted_at: when, used_phase: nullable, used_at: when.nullable(), statement: text, signature: text,
  }),
  "read/unused-statements": z.strictObject({
    nonce: text, gate: text, payload_sha: text, person: text, fingerprint: text, valid_from: when, use_by: when, admitted_at: when, statement: text, signature: text,
  }),
  "read/revocation-target": z.strictObject({ run_id: nullable, revoked: z.boolean() }),
  "read/approver-sets": z.strictObject({ version: count, sha: text, bytes: z.instanceof(Uint8Array), signatures: z.unknown(), at: when, revoked: z.array(text) }),
  "read/revert-order": z.strictObject({ order_id: text, actor: text, reason: text, soft_status: text, at: when }),
  "read/escalation": z.strictObject({ nonce: text, person: text, decision: text, use_by: when }),
  "read/orders": z.strictObject({
    kind: text,
    id: text,
    value: text,
    person: text,
    at: when,
    statement: text,
    signature: text,
  }),
  "read/named-halts": z.strictObject({ halt_id: text, run_id: nullable, lifted: z.boolean() }),
  "read/halts": z.strictObject({ halt_id: text, run_id: nullable, reason: text, actor: text, at: when }),
  "read/receipts": z.strictObject({
    attempt: count, content_digests: z.unknown(), content_digests_sha: text, file_sha: text, size_bytes: text, recipient: text,
    proof: z.unknown(), proof_sha: text, at: when, now: when,
  }),
  "read/source-document": z.strictObject({
    source_document_id: text, source_document_ref: text, address_docprefix: text, authority_class: text, status: text,
    source_version_id: nullable, version_label: nullable, content_checksum: nullable, version_status: nullable, captured_at: when.nullable(),
  }),
  "read/standing-units": z.strictObject({
    address: text, lifecycle_status: text, content_hash: text, title_sha: text, source_version_id: nullable,
  }),
  "read/taken-addresses": z.strictObject({ address: text }),
  "read/vocabulary": z.strictObject({ kind: text, word: text }),
  "read/lock-room": z.strictObject({ max_locks_per_transaction: count, max_connections: count, max_prepared_transactions: count }),
  "read/earlier-runs-of-day": z.strictObject({ earlier: count, same_minute: count }),
  "read/effects-of-others": z.strictObject({
    document_id: text, run_id: text, phase: z.enum(WRITING_PHASES), units: count, began: when, at: when, with_ledger: z.boolean(),
  }),
  "read/baseline": baselineRow,
  "read/statistics": z.strictObject({ table: text, ins: count, upd: count, del: count }),
  "read/protected-hash": z.strictObject({ protected_hash: text, units: count, versions: count, time_zone: text }),
  "read/grant-matrix": z.strictObject({
    cutter_exec_execute_canonical_fns: z.boolean(), cutter_verify_select_insert_verify_result: z.boolean(),
    directus_select_review_decision: z.boolean(), no_public_execute_leak: z.boolean(),
  }),
  "read/two-grant": z.strictObject({ verify_result: z.boolean(), cut_change_set_affected_row: z.boolean() }),
  "read/catalog-version": z.strictObject({ version: text }),
  "read/environment/server": environment,
  "read/environment/configuration": environment,
  "read/environment/roles": environment,
  "read/environment/role-settings": environment,
  "read/environment/memberships": environment,
  "read/environment/powers": environment,
  "read/environment/grants": environment,
  "read/environment/relations": environment,
  "read/environment/triggers": environment,
  "read/environment/types": environment,
  "read/environment/functions": environment,
  "verify/written-units": z.strictObject({
    ordinal: count, address: text, planned_title_sha: text, planned_content_hash: text, planned_section_type: text, planned_unit_kind: text,
    planned_owner: text, planned_publication_type: text, owner: nullable, publication_type: nullable,
    planned_parent: nullable, unit_id: nullable, lifecycle_status: nullable, section_type: nullable, unit_kind: nullable,
    content_anchor_ref: nullable, version_anchor_ref: nullable, title: nullable, parent: nullable, version_id: nullable, body: nullable,
    content_hash: nullable, version_seq: count.nullable(), version_status: nullable, versions: count, births: count,
  }),
  "verify/units-of-document": z.strictObject({ address: text, lifecycle_status: text }),
  "verify/observed-units": fact,
  "verify/observed-ledger": fact,
  "verify/earlier-verdicts": z.strictObject({ verdicts: count, signed: count, marks: count }),
  "verify/run-decisions": z.strictObject({ rows: count }),
  "verify/lifecycle-log": z.strictObject({ rows: count, as_planned: count, other_authors: count }),
  "verify/ledger-differences": z.strictObject({ table: text, difference: text }),
  "verify/ledger-counts": z.strictObject({ table: text, rows: count }),
  "verify/immutability-triggers": z.strictObject({ trigger: text, relation: text, mode: text }),
  "read/batches": z.strictObject({
    batch_id: text, manifest: z.unknown(), manifest_sha: text, host: text, actor: text, release: text, opened: when, closed: when.nullable(),
    close_kind: nullable, close_reason: nullable, stopped: nullable, now: when, halts_in_force: z.array(text),
    stop_reasons: z.array(text),
  }),
  "read/batch-members": z.strictObject({
    document_id: text, ordinal: count, wave: count, run_id: nullable, failures: count, quarantined: z.boolean(), reason: nullable,
    last_stop: nullable, run_state: nullable, close_kind: nullable, units: count.nullable(), backed_up: when.nullable(), admitted: z.array(text),
    revoked: z.boolean(),
  }),
  "read/batch-waves": z.strictObject({ wave: count, outcome_digest: text, outcome: waveOutcome, at: when }),
  "read/wave-before": z.strictObject({
    before: z.strictObject({ batch_id: text, wave: text, outcome_digest: nullable, outcome: waveOutcome.nullable() }).nullable(),
  }),
  "read/documents-asked-for": z.strictObject({ document_id: text, newest: nullable, held_by: nullable, enacted: z.boolean() }),
  "read/load": z.strictObject({ ungranted_locks: count, connections: count, max_connections: count, others: z.array(text), now: when }),
  "read/pace": z.strictObject({ seconds: z.number().nullable() }),
  "write/open-batch": done,
  "write/assign-member": z.strictObject({ run_id: nullable }),
  "write/note-member": done,
  "write/end-wave": done,
  "write/close-batch": done,
  "write/give-up-batch": done,
  "write/stop-batch": z.strictObject({ halt_ids: z.array(text) }),
  "read/open-runs": z.strictObject({ run_id: text, state: text, last_stop: nullable, epoch: nullable }),
  "read/closed-runs": z.strictObject({
    run_id: text, document_id: text, close_kind: text, reason: text, release: text, journal_head: nullable,
  }),
  "read/copies-to-drop": z.strictObject({ file_sha: text }),
  "read/runs-of-copies": z.strictObject({ file_sha: text, run_id: text }),
  "read/host-beats": z.strictObject({ process: text, doing: text, release: text, began: when, at: when, silent: z.boolean(), holds: z.array(text), now: when }),
  "write/host-beat": done,
  "write/open-run": epoch,
  "write/take-lease": epoch,
  "write/release-lease": done,
  "write/set-state": done,
  "write/record-phase": done,
  "write/record-receipt": done,
  "write/append-journal": done,
  "write/begin-effect": z.strictObject({ admitted: z.looseObject({ now: text, commit_by: nullable }) }),
  "write/end-effect": done,
  "write/last-look": done,
  "write/fire-deferred-triggers": none,
  "write/plan-for-bulk": none,
  "write/close-run": done,
  "write/lock-runs-index": none,
  "write/admit": done,
  "write/lift-halt": z.strictObject({ halt_id: text }),
  "write/revoke": z.strictObject({ revocation_id: text }),
  "write/order-revert": z.strictObject({ order_id: text }),
  "write/request-halt": z.strictObject({ halt_id: text }),
  "write/acknowledge-halt": done,
  "write/create-units": made,
  "write/leg-b-entry": id,
  "write/leg-b-history": id,
  "write/leg-b-envelope": id,
  "write/leg-b-unit-blocks": id,
  "write/review-decision": id,
  "write/signature": id,
  "write/leg-b-change-set": id,
  "write/leg-b-affected-rows": id,
  "write/verify-result": id,
  "write/enact-units": made,
  "revert/run-units": z.strictObject({ answer: z.looseObject({ units: count, edited: count }) }),
} as const satisfies Record<string, z.ZodType>;

export type StatementName = keyof typeof ROWS;
/** Statements that cannot write. */
export type ReadName = Extract<StatementName, `read/${string}` | `verify/${string}`>;
export type RowOf<N extends StatementName> = z.infer<(typeof ROWS)[N]>;
