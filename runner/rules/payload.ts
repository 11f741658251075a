// What each gate's signature covers, put together from facts. The same functions serve the runner, the gate and the approver's own check.
import type { RowOf } from "../model/rows.ts";
import type { WaveBefore } from "../model/batch.ts";
import type { Config } from "../model/config.ts";
import type { CutplanOutput, GrantProbeOutput, MarkOutput, SourcePinOutput } from "../model/outputs.ts";
import type { Payload } from "../model/payload.ts";

/** All that SG_1 binds, as records and configuration hold it. */
export interface Sg1Facts {
  readonly run_id: string;
  readonly document_id: string;
  readonly release_digest: string;
  readonly approvers_sha: string;
  readonly config_sha: string;
  readonly source: SourcePinOutput;
  readonly marked: MarkOutput;
  readonly plan: CutplanOutput;
  readonly grants: Pick<GrantProbeOutput, "grant_matrix_sha" | "timeline" | "previous_closeout_sha">;
  readonly system_identifier: string;
  /** Digest of the journal entry that recorded phase 5. */
  readonly journal_head: string;
  readonly config: Config;
}

/** Everything that decides which rows are written where, by which code, under which people. */
export function sg1Payload(facts: Sg1Facts): Payload<"SG_1_cut_authz"> {
  const { backup, database, host } = facts.config;
  return {
    run_id: facts.run_id,
    document_id: facts.document_id,
    source_version_id: facts.source.source_version_id,
    region_sha: facts.source.region_sha,
    manifest_digest: facts.marked.manifest_digest,
    writer_digest: facts.plan.writer_digest,
    candidate_count: String(facts.plan.candidate_count),
    target: {
      system_identifier: facts.system_identifier,
      timeline: facts.grants.timeline,
      database: database.name,
      host,
    },
    backup_policy: {
      tables: [...backup.tables],
      context_tables: [...backup.context_tables],
      ...(backup.left_out_keys?.length ? { left_out_keys: [...backup.left_out_keys] } : {}),
      recipient: backup.recipient_fingerprint,
      max_age_minutes: String(backup.max_age_minutes),
      adapter: backup.adapter,
    },
    grant_matrix_sha: facts.grants.grant_matrix_sha,
    release_digest: facts.release_digest,
    approvers_sha: facts.approvers_sha,
    config_sha: facts.config_sha,
    journal_head: facts.journal_head,
    previous_closeout_sha: facts.grants.previous_closeout_sha,
  };
}

/** All that EXECUTION binds: one SG_1, one proven backup, one rehearsal on it, one environment. */
export interface ExecutionFacts {
  readonly run_id: string;
  readonly sg1_payload_sha: string;
  readonly receipt: Pick<RowOf<"read/receipts">, "attempt" | "file_sha" | "content_digests_sha" | "proof_sha">;
  readonly environment_hash: string;
  readonly rehearsal_digest: string;
  /** The wave before that of this run; undefined outside a batch and in its first wave. */
  readonly after: WaveBefore | undefined;
}

/** The authority to execute this one run on this one proven backup. */
export function executionPayload(facts: ExecutionFacts): Payload<"EXECUTION"> {
  const { attempt, file_sha, content_digests_sha, proof_sha } = facts.receipt;
  return {
    run_id: facts.run_id,
    sg1_payload_sha: facts.sg1_payload_sha,
    backup: { attempt: String(attempt), file_sha, content_digests_sha, proof_sha },
    rehearsal_digest: facts.rehearsal_digest,
    environment_hash: facts.environment_hash,
    ...(facts.after === undefined ? {} : { after: afterOf(facts.after) }),
  };
}

const afterOf = ({ batch_id, wave, outcome_digest }: WaveBefore) => ({ batch_id, wave, outcome_digest });

/** Enactment binds what the second principal saw. */
export function sg2Payload(facts: {
  run_id: string;
  sg1_payload_sha: string;
  observed_digest: string;
  review_decision_id: string;
  environment_hash: string;
}): Payload<"SG_2_lifecycle_authz"> {
  return { ...facts };
}
