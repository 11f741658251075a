// What each phase records: ids, counts and hashes, never text. Larger things are files of the run, named by these digests.
import * as z from "zod";
import { genericOptions, vnLawOptions } from "./grammar-request.ts";
import { UUID } from "./ids.ts";
import { sha } from "./sha-schema.ts";

const uuid = z.string().regex(UUID);
const count = z.int().min(0);

/**
 * One document other than the target, as read before the run. `set_aside` marks the units a revert has moved aside; `content_sha` is
 * over unit and version rows; times are UTC texts.
 */
export const baselineRow = z.strictObject({
  document: z.string(),
  set_aside: z.boolean(),
  units: count,
  versions: count,
  content_sha: sha,
  newest_updated_at: z.string().nullable(),
  updated_by: z.string().nullable(),
});
export type BaselineRow = z.infer<typeof baselineRow>;

/** Grammar profile and its options: chosen when the run starts, signed through manifest_digest. */
export const grammarChoice = z.strictObject({
  profile: z.string(),
  options: z.union([genericOptions, vnLawOptions]),
});
export type GrammarChoice = z.infer<typeof grammarChoice>;

/** Phase 1: the registered version, its bytes' digests, the grammar chosen, and every other document as it stood. */
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
  /** Of a new version: the enacted text it follows; its units stand in the registration record. */
  supersedes: z
    .strictObject({
      document_id: z.string(),
      source_version_id: z.string().nullable(),
      compared_sha: sha,
      units: count,
    })
    .exactOptional(),
});
export type SourcePinOutput = z.infer<typeof sourcePinOutput>;

/**
 * Phase 2: what the grammar made of the bytes; `coverage_bytes` is the region's size, all of it accounted for;
 * `completeness` is the line of the second count of headings, of profiles that have one.
 */
export const markOutput = z.strictObject({
  profile: z.string(),
  profile_sha: sha,
  region_sha: sha,
  manifest_digest: sha,
  units: count,
  separators: count,
  coverage_bytes: count,
  built_twice_equal: z.literal(true),
  findings: z.array(z.strictObject({ code: z.string(), line: count, text: z.string() })),
  completeness: z.string().exactOptional(),
});
export type MarkOutput = z.infer<typeof markOutput>;

/** Phase 3: the digests of the exact rows, and how many of each section type. */
export const cutplanOutput = z.strictObject({
  writer_digest: sha,
  candidate_count: z.int().min(1),
  cut_plan_sha: sha,
  by_section_type: z.record(z.string(), count),
  /** Of a new version: what became of the articles of the enacted text. */
  compared: z
    .strictObject({ document_id: z.string(), same: count, changed: count, new: count, gone: count })
    .exactOptional(),
});
export type CutplanOutput = z.infer<typeof cutplanOutput>;

/** Phase 5: the four booleans of the requirements and the digests of everything people sign about the environment. */
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

/** Phase 6: rows born. */
export const legAOutput = z.strictObject({ units: count, versions: count, births: count, created: count });
export type LegAOutput = z.infer<typeof legAOutput>;

/** The eleven booleans of the requirements. */
export const STRUCTURAL_CHECKS = [
  "unit_count",
  "version_count",
  "birth_count",
  "addresses",
  "titles",
  "body_hashes",
  "section_types",
  "parents",
  "all_draft",
  "anchors",
  "no_foreign_unit",
] as const;
/** Phase 7: the eleven checks, and the bytes rebuilt from the stored bodies. */
export const structuralOutput = z.strictObject({
  checks: z.record(z.enum(STRUCTURAL_CHECKS), z.literal(true)),
  lossless_bytes: count,
  units: count,
});
export type StructuralOutput = z.infer<typeof structuralOutput>;

/** Phase 8: ids of the ledger rows and how many stand in each table. */
export const legBOutput = z.strictObject({
  entry_id: uuid,
  envelope_id: uuid,
  review_decision_id: uuid,
  executor_signature_id: uuid,
  change_set_id: uuid,
  rollback_key: z.string(),
  idempotency_key: z.string(),
  rows: z.record(z.string(), count),
  total_rows: count,
});
export type LegBOutput = z.infer<typeof legBOutput>;

/** Phase 9: the digest of all the second principal read. */
export const writeVerifyOutput = z.strictObject({
  observed_digest: sha,
  verify_result_id: uuid,
  verifier_signature_id: uuid,
  checks: z.record(z.string(), z.literal(true)),
});
export type WriteVerifyOutput = z.infer<typeof writeVerifyOutput>;

/** Phase 10: units enacted, log rows, both review decisions. */
export const enactOutput = z.strictObject({
  review_decision_id: uuid,
  prior_review_decision_id: uuid,
  enacted: count,
  log_rows: count,
  observed_digest: sha,
});
export type EnactOutput = z.infer<typeof enactOutput>;

/** Phase 11: the post-run list, each point true, and row counts by table. */
export const closeoutOutput = z.strictObject({
  final_state: z.literal("closeout_reported"),
  summary_sha: sha,
  checks: z.record(z.string(), z.literal(true)),
  findings: z.array(z.string()),
  counts: z.record(z.string(), count),
});
export type CloseoutOutput = z.infer<typeof closeoutOutput>;

/** A revert: drafts set aside under `soft_status`; the compensating decision is null before leg B. */
export const revertOutput = z.strictObject({
  reverted: count,
  log_rows: count,
  soft_status: z.string(),
  review_decision_id: uuid.nullable(),
  reason: z.string(),
});
export type RevertOutput = z.infer<typeof revertOutput>;
