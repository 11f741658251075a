// What one cut leaves in the governance ledger: ids, keys and envelopes. Values in, values out.
import { digestOf, type Json } from "../model/canonical.ts";
import type { SupersededRow } from "../model/cut-plan.ts";
import { derivedId, type DocumentId, type RunId } from "../model/ids.ts";

/** Row ids of one run; deterministic, so that a resumed run recognises its own rows. */
export interface LedgerIds {
  readonly entry_id: string;
  readonly history_id: string;
  readonly envelope_id: string;
  readonly review_decision_id: string;
  readonly executor_signature_id: string;
  readonly change_set_id: string;
  readonly verify_result_id: string;
  readonly verifier_signature_id: string;
  readonly compensating_decision_id: string;
}

/** Every id of a run's ledger rows, from run, document and writer digest alone. */
export function ledgerIds(run: { run_id: RunId; document_id: DocumentId }, writerDigest: string): LedgerIds {
  const id = (role: string): string => derivedId(run.run_id, run.document_id, writerDigest, role);
  return {
    entry_id: id("backlog_entry"),
    history_id: id("backlog_history"),
    envelope_id: id("envelope"),
    review_decision_id: id("review_cut"),
    executor_signature_id: id("executor_signature"),
    change_set_id: id("change_set"),
    verify_result_id: id("verify_result"),
    verifier_signature_id: id("verifier_signature"),
    compensating_decision_id: id("review_revert"),
  };
}

/** Where a unit stands in the source, as its block in the ledger says it. */
export function sourceSpan(unit: { byte_start: number; byte_end: number; line: number } | undefined): {
  byte_start: number;
  byte_end: number;
  line: number;
} {
  if (!unit) throw new Error("a planned row without its unit");
  return { byte_start: unit.byte_start, byte_end: unit.byte_end, line: unit.line };
}

/** What the block of a unit in a new version says of the enacted text: the unit it supersedes, or that there is none. */
export const supersedingEdge = (named: SupersededRow): Readonly<Record<string, Json>> => ({
  edge: named.address === null ? "new_in_version" : "supersedes",
  ...named,
});

/** The id of the affected row of one address. */
export function affectedRowId(
  run: { run_id: RunId; document_id: DocumentId },
  writerDigest: string,
  address: string,
): string {
  return derivedId(run.run_id, run.document_id, writerDigest, `affected\n${address}`);
}

/**
 * rollback_key and idempotency_key in the form of the requirements. The run id stands in the slug: the ledger is append-only and both
 * keys are unique, so a document cut again after a revert would collide without it (seen as 23505).
 */
export function ledgerKeys(
  runId: string,
  documentId: string,
  writerDigest: string,
  changeSetId: string,
): { rollback_key: string; idempotency_key: string } {
  const slug = `${documentId.toLowerCase()}-${runId}`;
  return {
    rollback_key: `rbk:canonical:${slug}:${writerDigest.slice(0, 16)}:${changeSetId}`,
    idempotency_key: `ick:canonical:${slug}:${writerDigest}`,
  };
}

/** The canonical envelope a principal marks, and its digest. */
export function markedEnvelope(value: Record<string, Json>): { envelope: Record<string, Json>; payload_hash: string } {
  return { envelope: value, payload_hash: digestOf(value) };
}

/** Rows leg B writes for N units: 2N + 6. */
export const legBRows = (units: number): number => 2 * units + 6;

/** One digest over what a principal read: every row text in kind and place order. */
export function observedDigest(rows: readonly { kind: string; place: string; fact: string }[]): string {
  const sorted = rows
    .map((row) => [row.kind, row.place, row.fact])
    .sort((a, b) => compare(a.join("\u0000"), b.join("\u0000")));
  return digestOf(sorted);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
