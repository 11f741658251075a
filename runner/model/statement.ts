// The two documents of an approval: the request a run writes, and the statement a person signs. Both are RFC 8785 bytes.
import * as z from "zod";
import { canonicalBytes, canonicalText, digestOf } from "./canonical.ts";
import { FINGERPRINT, NONCE } from "./ids.ts";
import { EVERY_RUN, PAYLOADS, type Payload } from "./payload.ts";
import type { Gate } from "./run.ts";
import { Stopped } from "./stop.ts";
import { readStrictJson } from "./strict-json.ts";
import { utcMillis, utcPlus, utcText } from "./utc.ts";
import { sha } from "./sha-schema.ts";

const HOUR = 3600;

/** Minutes of an EXECUTION's term that a host may be declared with; without a word of its configuration the term of the table. */
export const EXECUTION_MINUTES = { least: 15, most: 24 * 60 } as const;

/** Seconds from the request to the last signature, and again from the signature to the last use (decision 0040). */
export const TERM_SECONDS: Readonly<Record<Gate, number>> = {
  SG_1_cut_authz: 24 * HOUR,
  EXECUTION: 90 * 60,
  SG_2_lifecycle_authz: 12 * HOUR,
  UNHALT: 12 * HOUR,
  SG_3_failure_escalation: 12 * HOUR,
  REVOCATION: 12 * HOUR,
};

/** Whether a gate's statement may last so many seconds: the term of the table, of EXECUTION any whole minutes between the bounds. */
export const isTerm = (gate: Gate, seconds: number): boolean =>
  gate === "EXECUTION"
    ? seconds % 60 === 0 && seconds >= EXECUTION_MINUTES.least * 60 && seconds <= EXECUTION_MINUTES.most * 60
    : seconds === TERM_SECONDS[gate];

/** Seconds between request and last signature; the same again lie between signature and last use. */
export const termOf = ({ requested_utc, approve_by }: Pick<Request, "requested_utc" | "approve_by">): number =>
  (utcMillis(approve_by) - utcMillis(requested_utc)) / 1000;

/** Id of an approver: lower-case ASCII, so that two people never look alike. */
export const PERSON_ID = /^[a-z][a-z0-9._-]{0,62}$/;

const utc = z.string().refine((text) => !Number.isNaN(utcMillis(text)), "not a UTC time in whole seconds");

type Fields = z.core.$ZodShape;
// One strict object a gate: the payload's schema is chosen by the gate beside it, never guessed from its fields.
const byGate = <F extends Fields>(fields: F) =>
  z.discriminatedUnion("gate", [
    z.strictObject({ ...fields, gate: z.literal("SG_1_cut_authz"), payload: PAYLOADS.SG_1_cut_authz }),
    z.strictObject({ ...fields, gate: z.literal("EXECUTION"), payload: PAYLOADS.EXECUTION }),
    z.strictObject({ ...fields, gate: z.literal("SG_2_lifecycle_authz"), payload: PAYLOADS.SG_2_lifecycle_authz }),
    z.strictObject({ ...fields, gate: z.literal("UNHALT"), payload: PAYLOADS.UNHALT }),
    z.strictObject({
      ...fields,
      gate: z.literal("SG_3_failure_escalation"),
      payload: PAYLOADS.SG_3_failure_escalation,
    }),
    z.strictObject({ ...fields, gate: z.literal("REVOCATION"), payload: PAYLOADS.REVOCATION }),
  ]);

const statementSchema = byGate({
  type: z.literal("cutter/approval"),
  version: z.literal("1"),
  run_id: z.string(),
  payload_sha: sha,
  allowance: z.literal("explicit"),
  person: z.string().regex(PERSON_ID),
  fingerprint: z.string().regex(FINGERPRINT),
  signed_utc: utc,
  approve_by: utc,
  use_by: utc,
  nonce: z.string().regex(NONCE),
});
const requestSchema = byGate({
  type: z.literal("cutter/request"),
  version: z.literal("1"),
  run_id: z.string(),
  payload_sha: sha,
  requested_utc: utc,
  approve_by: utc,
});

/** What a person signs. Times are UTC in whole seconds; valid from signed_utc, used before use_by = signed_utc + the gate's term. */
export type Statement = z.infer<typeof statementSchema>;
/** What a run asks a person to sign; approve_by = requested_utc + the gate's term. */
export type Request = z.infer<typeof requestSchema>;

/** A request for this payload, asked for at `requested`; `term`: seconds, where they are another than the table's. Throws STOP_REFUSED_INPUT, or TypeError (a bug) when a field is undefined. */
export function buildRequest<G extends Gate>(input: {
  gate: G;
  payload: Payload<G>;
  requested: Date;
  term?: number | undefined;
}): { request: Request; bytes: Buffer } {
  canonicalText(input.payload);
  const requested_utc = utcText(input.requested);
  const request = built(requestSchema, {
    type: "cutter/request",
    version: "1",
    gate: input.gate,
    run_id: input.payload.run_id,
    payload: input.payload,
    payload_sha: digestOf(input.payload),
    requested_utc,
    approve_by: utcPlus(requested_utc, input.term ?? TERM_SECONDS[input.gate]),
  });
  return { request, bytes: canonicalBytes(request) };
}

/**
 * The statement a person signs for a request. `nonce` is 32 lower-case hex digits, minted anew for every signature.
 * Throws STOP_REFUSED_INPUT, or TypeError (a bug) when a field is undefined.
 */
export function buildStatement(input: {
  request: Request;
  person: string;
  fingerprint: string;
  signed: Date;
  nonce: string;
}): { statement: Statement; bytes: Buffer } {
  const { request } = input;
  canonicalText(request);
  const signed_utc = utcText(input.signed);
  const statement = built(statementSchema, {
    type: "cutter/approval",
    version: "1",
    gate: request.gate,
    run_id: request.run_id,
    payload: request.payload,
    payload_sha: digestOf(request.payload),
    allowance: "explicit",
    person: input.person,
    fingerprint: input.fingerprint,
    signed_utc,
    approve_by: request.approve_by,
    use_by: utcPlus(signed_utc, termOf(request)),
    nonce: input.nonce,
  });
  return { statement, bytes: canonicalBytes(statement) };
}

/** Bytes of an approval file to a Statement; anything else than its exact form is STOP_APPROVAL_INVALID, quoting nothing. */
export function parseStatement(bytes: Uint8Array): Statement {
  return parsed(statementSchema, bytes, "a statement");
}

/** Bytes of a bundle's payload.json to a Request; else STOP_APPROVAL_INVALID. */
export function parseRequest(bytes: Uint8Array): Request {
  const request = parsed(requestSchema, bytes, "a request");
  if (!isTerm(request.gate, termOf(request)))
    throw invalid("a request", "approve_by is not the request time plus a term of its gate");
  return request;
}

/** Names of the two files of a statement; both are unique by the nonce and hold only characters safe in a path. */
export function statementFileNames(statement: Statement): { readonly json: string; readonly sig: string } {
  const run = statement.run_id === EVERY_RUN ? "every-run" : statement.run_id;
  const base = `${statement.gate}-${run}-${statement.nonce}`;
  return { json: `${base}.json`, sig: `${base}.sig` };
}

function invalid(what: string, reason: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw: `not ${what}: ${reason}`,
    wanted: `${what} in its exact RFC 8785 form`,
  });
}

function parsed<T extends Statement | Request>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  const reading = readStrictJson(bytes);
  if (!reading.ok) throw invalid(what, reading.reason);
  const result = schema.safeParse(reading.value);
  if (!result.success) throw invalid(what, places(result.error));
  const fault = bindingFault(result.data);
  if (fault !== undefined) throw invalid(what, fault);
  return result.data;
}

function built<T extends Statement | Request>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  const fault = result.success ? bindingFault(result.data) : places(result.error);
  if (!result.success || fault !== undefined) {
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: fault ?? "a field that is not valid",
      wanted: "every field present, in its form, none extra",
    });
  }
  return result.data;
}

function bindingFault(value: Statement | Request): string | undefined {
  if (value.payload.run_id !== value.run_id) return "run_id differs from the payload's";
  return value.payload_sha === digestOf(value.payload) ? undefined : "payload_sha is not the hash of the payload";
}

// Paths hold only names of our own schema (objects are strict), so they may be shown; values and foreign keys may not.
function places(error: z.ZodError): string {
  const first = error.issues.slice(0, 5).map((issue) => `${issue.path.join(".") || "top level"} (${issue.code})`);
  return `field that is not valid: ${first.join(", ")}`;
}
