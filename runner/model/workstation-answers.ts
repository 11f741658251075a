// What programs of the workstation answer about a stack, this folder and its sandbox, with --json; a part of the contract in events.ts.
import * as z from "zod";
import { all, count, event, text, texts, words } from "./answer-shapes.ts";
import { sha } from "./sha-schema.ts";

const driftLine = z.object(texts("component", "path", "want", "have", "up"));
/** What a look at the host and its declaration found, and what `up` left. */
const driftAnswer = z.object({
  stack: text,
  drift: z.array(driftLine).readonly(),
  fresh: z.boolean(),
  plan: text.optional(),
  /** Where the report lies as a page, when one was asked for. */
  page: text.optional(),
  /** `up`, where it mends any of the differences. */
  next: text.nullable(),
});
/** What was recorded as known of a host, and what had changed since the adoption before. */
const adoptAnswer = z.object({ stack: text, adopted: count, changed: z.array(driftLine).readonly(), file: text });
const upAnswer = z.object({ stack: text, left: z.array(driftLine).readonly() });
/** Files that declare a new host, and what a person does next. `looked`: the host was seen. */
const initAnswer = z.object({ stack: text, written: words, approvers_sha: sha, looked: z.boolean(), next: words });
/** Who held the lock of a stack's state, and whether it was taken away. */
const unlockAnswer = z.object({ stack: text, locks: words, removed: z.boolean() });
/** The SQL of a database package with its digest; what its script said on the host. */
const packageAnswers = [
  z.object({ package: text, sha256: sha, sql: text }),
  z.object({ package: text, stack: text, said: words }),
] as const;

/** An approver set written in its one form, signed as the next one, and the SQL that lays it. */
const approverSetEvents = [
  event("approver_set", { file: text, version: text, sha256: sha }),
  event("approver_set_signed", { person: text, version: text, sha256: sha, statement: text, signature: text }),
  event("approver_set_sql", { version: text, persons: words, sql: text }),
] as const;
/** A release that was tested, or what one is made of. */
const releaseAnswers = [
  z.object({ release: sha, folder: text, tests: z.record(text, text) }),
  z.looseObject({ bomFormat: z.literal("CycloneDX") }),
] as const;
const processes = z.array(z.object({ pid: z.int(), command: text })).readonly();
/** What the embedded host is, has, was given or lost. */
const sandboxAnswers = [
  z.object({ ssh_port: count, stack_file: text, provisioned: z.boolean() }),
  z.object({
    ...texts("folder", "database", "runtime_root"),
    ...all(z.boolean(), "substrate", "provisioned"),
    processes,
  }),
  z.object({ ended: processes }),
  z.object({ deleted: words }),
  z.object({ variables: z.record(text, text) }),
] as const;

/** Files of the reference that were written anew. */
const referenceAnswer = event("reference", { written: words });

/** Every answer of this file. */
export const WORKSTATION_ANSWERS = [
  driftAnswer,
  adoptAnswer,
  upAnswer,
  initAnswer,
  unlockAnswer,
  ...packageAnswers,
  ...approverSetEvents,
  ...releaseAnswers,
  ...sandboxAnswers,
  referenceAnswer,
] as const;
