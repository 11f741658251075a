// What each phase records: ids, counts and hashes, never text. Larger things are files of the run, named by these digests.
import { z } from "zod";
import { SHA256, UUID } from "./ids.ts";

const sha = z.string().regex(SHA256);
const uuid = z.string().regex(UUID);
const count = z.int().min(0);

/** One document other than the target, as read before the run. */
export const baselineRow = z.strictObject({
  document: z.string(), set_aside: z.boolean(), units: count, versions: count, content_sha: sha,
  newest_updated_at: z.string().nullable(), updated_by: z.string().nullable(),
});
export type BaselineRow = z.infer<typeof baselineRow>;

/** Grammar profile and its options: chosen when the run starts, signed through manifest_digest. */
export const grammarChoice = z.strictObject({
  profile: z.string(),
  options: z.strictObject({ empty_body: z.enum(["refuse", "heading"]), section_types: z.array(z.string()) }),
});
export type GrammarChoice = z.infer<typeof grammarChoice>;

export const sourcePinOutput = z.strictObject({
  source_document_id: uuid,
  source_document_ref: z.string(),
  source_version_id: z.string(),
  version_label: z.string(),
  captured_at: z.string(),
  region_sha: sha,
  artifact_bytes: count,
  artifact_sha: sha,
  grammar: grammarChoice,
  report_folder: z.string(),
  baseline: z.array(baselineRow),
});
export type SourcePinOutput = z.infer<typeof sourcePinOutput>;

export const markOutput = z.strictObject({
  profile: z.string(), profile_sha: sha, region_sha: sha, manifest_digest: sha, units: count, separators: count,
  coverage_bytes: count, built_twice_equal: z.literal(true),
  findings: z.array(z.strictObject({ code: z.string(), line: count, text: z.string() })),
});
export type MarkOutput = z.infer<typeof markOutput>;

export const cutplanOutput = z.strictObject({
  writer_digest: sha, candidate_count: z.int().min(1), cut_plan_sha: sha, by_section_type: z.record(z.string(), count),
});
export type CutplanOutput = z.infer<typeof cutplanOutput>;

export const grantProbeOutput = z.strictObject({
  cutter_exec_execute_canonical_fns: z.boolean(),
  cutter_verify_select_insert_verify_result: z.boolean(),
  directus_select_review_decision: z.boolean(),
  no_public_execute_leak: z.boolean(),
  grant_matrix_sha: sha,
  two_grant_package: z.literal(true),
  environment_hash: sha,
  protected_hash: sha,
  timeline: z.string(),
  previous_closeout_sha: sha,
  findings: z.array(z.string()),
});
export type GrantProbeOutput = z.infer<typeof grantProbeOutput>;

export const legAOutput = z.strictObject({ units: count, versions: count, births: count, created: count });
export type LegAOutput = z.infer<typeof legAOutput>;

/** The eleven booleans of the seeds. */
export const STRUCTURAL_CHECKS = [
  "unit_count", "version_count", "birth_count", "addresses", "titles", "body_hashes", "section_types", "parents",
  "all_draft", "anchors", "no_foreign_unit",
] as const;
export const structuralOutput = z.strictObject({
  checks: z.record(z.enum(STRUCTURAL_CHECKS), z.literal(true)), lossless_bytes: count, units: count,
});
export type StructuralOutput = z.infer<typeof structuralOutput>;

export const legBOutput = z.strictObject({
  entry_id: uuid, envelope_id: uuid, review_decision_id: uuid, executor_signature_id: uuid, change_set_id: uuid,
  rollback_key: z.string(), idempotency_key: z.string(), rows: z.record(z.string(), count), total_rows: count,
});
export type LegBOutput = z.infer<typeof legBOutput>;

export const writeVerifyOutput = z.strictObject({
  observed_digest: sha, verify_result_id: uuid, verifier_signature_id: uuid, checks: z.record(z.string(), z.literal(true)),
});
export type WriteVerifyOutput = z.infer<typeof writeVerifyOutput>;

export const enactOutput = z.strictObject({
  review_decision_id: uuid, prior_review_decision_id: uuid, enacted: count, log_rows: count, observed_digest: sha,
});
export type EnactOutput = z.infer<typeof enactOutput>;

export const closeoutOutput = z.strictObject({
  final_state: z.literal("closeout_reported"), summary_sha: sha, checks: z.record(z.string(), z.literal(true)),
  findings: z.array(z.string()), counts: z.record(z.string(), count),
});
export type CloseoutOutput = z.infer<typeof closeoutOutput>;

export const revertOutput = z.strictObject({
  reverted: count, log_rows: count, soft_status: z.string(), review_decision_id: uuid.nullable(), reason: z.string(),
});
export type RevertOutput = z.infer<typeof revertOutput>;
