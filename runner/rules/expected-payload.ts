// The payload a gate must cover now, derived from what the database recorded and what this host is. Never taken from a caller.
import type { RowOf } from "../model/rows.ts";
import { digestOf, type Json } from "../model/canonical.ts";
import type { WaveBefore } from "../model/batch.ts";
import type { Config } from "../model/config.ts";
import { cutplanOutput, grantProbeOutput, markOutput, sourcePinOutput, writeVerifyOutput } from "../model/outputs.ts";
import { PAYLOADS, type Payload } from "../model/payload.ts";
import type { RecordedPhase } from "../model/run.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeProof } from "./backup-proof.ts";
import { judgeChain, type JournalEntry } from "./journal.ts";
import { executionPayload, sg1Payload, sg2Payload, type ExecutionFacts } from "./payload.ts";
import { newestDigest } from "./rehearsed-changes.ts";

/** What the database recorded of a run, with this host's own facts: all that a payload may be derived from. */
export interface RunRecord {
  readonly run_id: string;
  readonly document_id: string;
  readonly phases: ReadonlyMap<string, unknown>;
  readonly journal: readonly JournalEntry[];
  readonly receipt: (ExecutionFacts["receipt"] & { readonly proof: unknown }) | undefined;
  readonly admissions: readonly Pick<RowOf<"read/admissions">, "gate" | "payload_sha" | "payload" | "used_phase">[];
  /** The wave before that of this run in its batch, as far as it came; undefined outside a batch and in its first wave. */
  readonly before: RowOf<"read/wave-before">["before"] | undefined;
  readonly config: Config;
  readonly release_digest: string;
  readonly approvers_sha: string;
  readonly config_sha: string;
}

/** Gates a run asks for at its two pauses. */
export type AskedGate = "SG_1_cut_authz" | "EXECUTION" | "SG_2_lifecycle_authz";

/** Name of the journal entry that keeps the enactment's review decision id. */
export const DECISION_MINTED = "review_decision_minted";

/** SG_1 as it must read now. STOP_APPROVAL_INVALID when a phase it rests on is not recorded. */
function expectedSg1(record: RunRecord): Payload<"SG_1_cut_authz"> {
  return sg1Payload({
    ...record,
    source: sourcePinOutput.parse(outputOf(record, "source_pin")),
    marked: markOutput.parse(outputOf(record, "mark")),
    plan: cutplanOutput.parse(outputOf(record, "cutplan")),
    grants: grantProbeOutput.parse(outputOf(record, "grant_probe")),
    system_identifier: record.config.database.system_identifier,
    journal_head: headAt(record, "grant_probe"),
  });
}

/**
 * EXECUTION over the newest receipt and the newest rehearsal, after the outcome of the wave before. STOP_BACKUP_FAILED,
 * STOP_PROOF_FAILED, STOP_APPROVAL_INVALID, STOP_EXECUTION_NOT_AUTHORIZED without one.
 */
function expectedExecution(record: RunRecord): Payload<"EXECUTION"> {
  if (!record.receipt)
    throw new Stopped("STOP_BACKUP_FAILED", { saw: "no backup receipt of this run", wanted: "a proven backup" });
  insist(judgeProof(record.receipt));
  return executionPayload({
    run_id: record.run_id,
    sg1_payload_sha: digestOf(expectedSg1(record)),
    receipt: record.receipt,
    environment_hash: grantProbeOutput.parse(outputOf(record, "grant_probe")).environment_hash,
    rehearsal_digest: rehearsedDigest(record),
    after: endedBefore(record),
  });
}

/** The wave before that of this run. STOP_EXECUTION_NOT_AUTHORIZED while its outcome is not recorded. */
export function endedBefore({ run_id, before }: Pick<RunRecord, "run_id" | "before">): WaveBefore | undefined {
  if (!before) return undefined;
  const { outcome_digest, outcome } = before;
  if (outcome_digest !== null && outcome !== null) return { ...before, outcome_digest, outcome };
  throw new Stopped("STOP_EXECUTION_NOT_AUTHORIZED", {
    saw: `wave ${before.wave} of ${before.batch_id}, before that of ${run_id}, has no recorded outcome`,
    wanted: "a wave before that is enacted and looked at again",
    next: `cutter orchestrate batch status ${before.batch_id}`,
  });
}

function rehearsedDigest(record: RunRecord): string {
  insist(judgeChain(record.run_id, record.journal));
  return newestDigest(record.journal);
}

/** SG_2 over what the second principal saw. STOP_APPROVAL_INVALID before leg A used its SG_1 or before the request. */
function expectedSg2(record: RunRecord): Payload<"SG_2_lifecycle_authz"> {
  const used = usedSg1(record);
  if (!used)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: "no SG_1 admission was used by leg A of this run",
      wanted: "a cut run that waits for its enactment",
    });
  return sg2Payload({
    run_id: record.run_id,
    sg1_payload_sha: used.payload_sha,
    observed_digest: writeVerifyOutput.parse(outputOf(record, "write_verify")).observed_digest,
    review_decision_id: mintedDecision(record) ?? missingDecision(),
    environment_hash: grantProbeOutput.parse(outputOf(record, "grant_probe")).environment_hash,
  });
}

const usedSg1 = (record: RunRecord): RunRecord["admissions"][number] | undefined =>
  record.admissions.find((row) => row.gate === "SG_1_cut_authz" && row.used_phase === "cut_leg_a");

/** SG_1 as it was signed where leg A used it, else as it must read now. STOP_APPROVAL_INVALID when a phase it rests on is not recorded. */
export function sg1InForce(record: RunRecord): Payload<"SG_1_cut_authz"> {
  const used = usedSg1(record);
  return used ? PAYLOADS.SG_1_cut_authz.parse(used.payload) : expectedSg1(record);
}

/** The payload of a gate a run asks for; stops as the three above. */
export function expectedPayload(record: RunRecord, gate: AskedGate): Payload<AskedGate> {
  if (gate === "SG_1_cut_authz") return expectedSg1(record);
  return gate === "EXECUTION" ? expectedExecution(record) : expectedSg2(record);
}

/** The review decision id minted with the SG_2 request; undefined before that. */
export function mintedDecision(record: Pick<RunRecord, "run_id" | "journal">): string | undefined {
  insist(judgeChain(record.run_id, record.journal));
  const entry = record.journal
    .map((item) => item.entry)
    .filter(isObject)
    .find((item) => item["event"] === DECISION_MINTED);
  return entry ? String(entry["review_decision_id"]) : undefined;
}

function missingDecision(): never {
  throw new Stopped("STOP_APPROVAL_INVALID", {
    saw: "no enactment was asked for yet",
    wanted: "a run that waits for SG_2",
  });
}

function outputOf(record: RunRecord, phase: RecordedPhase): unknown {
  const output = record.phases.get(phase);
  if (output === undefined)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `phase ${phase} of this run is not recorded`,
      wanted: "a run that waits for signatures",
    });
  return output;
}

function headAt(record: RunRecord, phase: string): string {
  insist(judgeChain(record.run_id, record.journal));
  const found = record.journal.find(
    (item) => isObject(item.entry) && item.entry["event"] === "phase" && item.entry["phase"] === phase,
  );
  if (!found)
    throw new Stopped("STOP_TORN", {
      saw: `no journal entry of ${phase}`,
      wanted: "an entry beside its phase_done row",
    });
  return found.entry_sha;
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
