// What each gate's signature covers, field by field. Strict: no field missing or extra; every number is a decimal string.
import * as z from "zod";
import { BATCH_ID } from "./batch.ts";
import { DOCUMENT_ID, FINGERPRINT, NONCE, RUN_ID, SOURCE_VERSION_ID, UUID } from "./ids.ts";
import { textFault } from "./plain-text.ts";
import { PHASES } from "./run.ts";
import { sha } from "./sha-schema.ts";

/** Stands for "every run" in the run_id of an UNHALT or of the REVOCATION of a key, and nowhere else. */
export const EVERY_RUN = "*";

const runId = z.string().regex(RUN_ID);
const runOrEvery = z.union([runId, z.literal(EVERY_RUN)]);
/** A decimal without sign, leading zero or exponent; 15 digits stay exact in every JSON reader. */
const decimal = z.string().regex(/^(0|[1-9]\d{0,14})$/);
const positive = z.string().regex(/^[1-9]\d{0,14}$/);
// ASCII on purpose: a name that only looks like another must not pass as it.
const table = z.string().regex(/^[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}$/);
const host = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/);
const word = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
const unique = (items: readonly string[]): boolean => new Set(items).size === items.length;
const tables = z.array(table).max(200).refine(unique, "a table twice");

const target = z.strictObject({
  system_identifier: z.string().regex(/^\d{10,25}$/),
  timeline: positive,
  database: z.string().regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/),
  host,
});

const sg1Payload = z.strictObject({
  run_id: runId,
  document_id: z.string().regex(DOCUMENT_ID),
  source_version_id: z
    .string()
    .regex(SOURCE_VERSION_ID)
    .refine((id) => !id.includes(".."), "a path"),
  region_sha: sha,
  manifest_digest: sha,
  writer_digest: sha,
  candidate_count: positive,
  target,
  backup_policy: z.strictObject({
    tables: tables.min(1),
    context_tables: tables,
    /** Foreign keys that the dump does not carry; only there when the configuration names some. */
    left_out_keys: z.array(z.string().min(1).max(300)).min(1).exactOptional(),
    recipient: z.string().regex(FINGERPRINT),
    max_age_minutes: positive,
    adapter: word,
  }),
  grant_matrix_sha: sha,
  release_digest: sha,
  approvers_sha: sha,
  config_sha: sha,
  journal_head: sha,
  previous_closeout_sha: sha,
});

const executionPayload = z.strictObject({
  run_id: runId,
  sg1_payload_sha: sha,
  backup: z.strictObject({ attempt: positive, file_sha: sha, content_digests_sha: sha, proof_sha: sha }),
  rehearsal_digest: sha,
  environment_hash: sha,
  /** Of a document of a batch's later wave: what the wave before came to (docs/decisions/0152-waves.md). */
  after: z.strictObject({ batch_id: z.string().regex(BATCH_ID), wave: decimal, outcome_digest: sha }).exactOptional(),
});

const sg2Payload = z.strictObject({
  run_id: runId,
  sg1_payload_sha: sha,
  observed_digest: sha,
  review_decision_id: z
    .string()
    .regex(UUID)
    .refine((id) => /^.{14}4.{4}[89ab]/.test(id), "not version 4"),
  environment_hash: sha,
});

/**
 * halt_ids of one reach: all of this run, or (run_id `*`) all of every run; ascending, so that one set has one spelling.
 * `host` as approvers know it: ids count from 1 in every database, so without it a signature would lift another host's halt too.
 */
const unhaltPayload = z.strictObject({
  run_id: runOrEvery,
  host,
  halt_ids: z.array(decimal).min(1).max(100).refine(ascending, "not ascending"),
});

const sg3Payload = z.strictObject({
  run_id: runId,
  failed_phase: z.enum([...PHASES, "revert"]),
  decision: z.enum(["hold", "compensate", "void"]),
  /** Output hash of every phase the database has recorded, in the order of the phases. */
  committed: z
    .array(z.strictObject({ phase: z.enum([...PHASES, "revert"]), output_sha: sha }))
    .max(12)
    .refine((items) => unique(items.map((item) => item.phase)), "a phase twice"),
});

/** Why a person refuses, in their own words: one line, of Latin letters, without anything that is not seen. */
const reason = z
  .string()
  .min(3)
  .max(500)
  .refine((text) => textFault(text) === undefined, "not plain text");

const revocationPayload = z.discriminatedUnion("kind", [
  z.strictObject({ run_id: runId, kind: z.literal("nonce"), value: z.string().regex(NONCE) }),
  z
    .strictObject({ run_id: runId, kind: z.literal("run"), value: runId, reason: reason.exactOptional() })
    .refine((p) => p.run_id === p.value, "another run"),
  z.strictObject({ run_id: z.literal(EVERY_RUN), kind: z.literal("key"), value: z.string().regex(FINGERPRINT) }),
]);

function ascending(ids: readonly string[]): boolean {
  return ids.every((id, at) => at === 0 || Number(ids[at - 1]) < Number(id));
}

/** Schema of a payload by gate; run_id inside equals the statement's (checked where both are known). */
// prettier-ignore
export const PAYLOADS = {
  SG_1_cut_authz: sg1Payload,
  EXECUTION: executionPayload,
  SG_2_lifecycle_authz: sg2Payload,
  UNHALT: unhaltPayload,
  SG_3_failure_escalation: sg3Payload,
  REVOCATION: revocationPayload,
} as const;

/** Payload of a gate: hashes are 64 lower-case hex digits, counts decimal strings, ids as in ids.ts. */
export type Payload<G extends keyof typeof PAYLOADS = keyof typeof PAYLOADS> = z.infer<(typeof PAYLOADS)[G]>;
