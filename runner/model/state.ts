// state.json: the projection of a run that `status` reads when nothing else answers. The database is the truth; this file only repeats it.
import * as z from "zod";
import { NONCE, RUN_ID } from "./ids.ts";
import { PHASES, RUN_STATES } from "./run.ts";
import { sha } from "./sha-schema.ts";

const utc = z.iso.datetime();
const name = z.string();
const phase = z.enum([...PHASES, "revert"]);

/** One recorded phase; invariants as `n/n`. */
const phaseState = z.strictObject({
  result: z.literal("passed"),
  at: utc,
  input_sha: sha,
  output_sha: sha,
  invariants: z.string(),
});
/** A request of the present pause: bundle is the folder an approver fetches. */
const requestState = z.strictObject({ gate: name, bundle: z.string(), payload_sha: sha, approve_by: utc });
const approvalState = z.strictObject({
  gate: name,
  payload_sha: sha,
  person: name,
  nonce: z.string().regex(NONCE),
  valid_from: utc,
  use_by: utc,
  used_phase: name.nullable(),
  used_at: utc.nullable(),
});
const haltState = z.strictObject({
  halt_id: z.string(),
  every_run: z.boolean(),
  reason: z.string(),
  actor: name,
  at: utc,
});

/** `runs/<run_id>/state.json`. Times are UTC; revision grows by one with every writing of the file. */
export const stateSchema = z.strictObject({
  schema_version: z.literal("1"),
  revision: z.int().min(1),
  written_at: utc,
  run_id: z.string().regex(RUN_ID),
  document_id: name,
  source_document_id: name.nullable(),
  source_version_id: name.nullable(),
  host: name,
  actor: name,
  release: z.string(),
  state: z.enum(RUN_STATES),
  last_stop: name.nullable(),
  opened: utc,
  closed: utc.nullable(),
  close_kind: name.nullable(),
  close_reason: z.string().nullable(),
  lease: z.strictObject({ epoch: z.string().nullable(), holder: z.string().nullable(), expires_at: utc.nullable() }),
  phase_cap_seconds: z.int().min(1),
  phases: z.partialRecord(phase, phaseState),
  requests: z.array(requestState),
  approvals: z.array(approvalState),
  halts: z.array(haltState),
  backup: z.strictObject({ attempt: z.int().min(1), file_sha: sha, content_digests_sha: sha, at: utc }).nullable(),
  last_error: z.strictObject({ stop_code: z.string(), message: z.string(), phase: name.nullable() }).nullable(),
});
export type StateJson = z.infer<typeof stateSchema>;

/** Parts of a name that would betray a secret; no name in state.json may contain one, in any case of letters (list of the requirements). */
export const SECRET_NAMES = [
  "pgpassword",
  "password",
  "secret",
  "token",
  "bearer",
  "dsn",
  "database_url",
  "pg_dsn",
  "api_key",
  "api_token",
  "private_key",
  "gpg_secret",
  "kms_key",
] as const;
