// One person's word that a newer approver set follows the one they belong to; RFC 8785 bytes under a detached signature.
import * as z from "zod";
import { canonicalBytes, canonicalText } from "./canonical.ts";
import { FINGERPRINT } from "./ids.ts";
import { SIGNATURE_CAP } from "./signature.ts";
import { PERSON_ID } from "./statement.ts";
import { Stopped } from "./stop.ts";
import { readStrictJson, STATEMENT_CAP } from "./strict-json.ts";
import { utcMillis } from "./utc.ts";
import { sha } from "./sha-schema.ts";

/** Days in which every signature of a succession must have been made before the newer set is laid. */
export const SUCCESSION_DAYS = 30;

const schema = z.strictObject({
  type: z.literal("cutter/approver-set"),
  version: z.literal("1"),
  previous_sha: sha,
  next_version: z.string().regex(/^[1-9]\d{0,8}$/),
  next_sha: sha,
  person: z.string().regex(PERSON_ID),
  fingerprint: z.string().regex(FINGERPRINT),
  signed_utc: z.string().refine((text) => !Number.isNaN(utcMillis(text)), "not a UTC time in whole seconds"),
});

/** previous_sha and next_sha are sha256 of the bytes of both sets; the person belongs to the previous one. */
export type Succession = z.infer<typeof schema>;

/** What cutter_runtime.approver_set keeps beside a set: each statement and its signature, base64. */
export const keptSignatures = z
  .array(z.strictObject({ statement: z.base64().max(STATEMENT_CAP * 2), signature: z.base64().max(SIGNATURE_CAP * 2) }))
  .max(100);

/** Exact bytes of a statement. TypeError (a bug) when a field is undefined. */
export function buildSuccession(value: Succession): Buffer {
  canonicalText(value);
  return canonicalBytes(schema.parse(value));
}

/** STOP_APPROVAL_INVALID when the bytes are not exactly such a statement; nothing of them is quoted. */
export function parseSuccession(bytes: Uint8Array): Succession {
  const reading = readStrictJson(bytes);
  const result = reading.ok ? schema.safeParse(reading.value) : undefined;
  if (!result?.success)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: "not a statement about an approver set",
      wanted: "cutter/approver-set in its exact RFC 8785 form",
    });
  return result.data;
}
