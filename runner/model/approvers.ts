// The people who may sign: approvers.json, pinned by the sha256 of its bytes.
import * as z from "zod";
import { canonicalBytes, canonicalText, sha256 } from "./canonical.ts";
import { FINGERPRINT } from "./ids.ts";
import { textFault } from "./plain-text.ts";
import { GATES } from "./run.ts";
import { PERSON_ID } from "./statement.ts";
import { Stopped } from "./stop.ts";
import { readStrictJson } from "./strict-json.ts";

/** Bytes approvers.json may have: some fifty people with two keys. */
export const APPROVERS_CAP = 512 * 1024;
/** Characters one armored public key may have; a minimal export has 600 to 4,000. */
export const PUBLIC_KEY_CAP = 32 * 1024;

// Only the frame of one armored block: what is inside is the key check's matter.
const ARMOR = /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:[\x20-\x7e]*\n)+-----END PGP PUBLIC KEY BLOCK-----\n?$/;
const BLOCKS = /-----BEGIN /g;

const isOneBlock = (text: string): boolean => ARMOR.test(text) && text.match(BLOCKS)?.length === 1;
const unique = (items: readonly string[]): boolean => new Set(items).size === items.length;

const key = z.strictObject({
  fingerprint: z.string().regex(FINGERPRINT),
  public_key_armored: z.string().max(PUBLIC_KEY_CAP).refine(isOneBlock, "not one armored public key"),
});
const person = z.strictObject({
  id: z.string().regex(PERSON_ID),
  name: z
    .string()
    .min(1)
    .max(100)
    .refine((text) => textFault(text) === undefined, "not plain text"),
  gates: z.array(z.enum(GATES)).min(1).refine(unique, "a gate twice"),
  keys: z.array(key).min(1).max(8),
});
const approversSchema = z
  .strictObject({
    version: z.string().regex(/^[1-9]\d{0,8}$/),
    threshold: z.string().regex(/^[1-9]\d{0,2}$/),
    persons: z.array(person).min(1).max(100),
  })
  .superRefine((set, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (!unique(set.persons.map((one) => one.id))) report("persons", "a person twice");
    // One key for two persons would let one of them be both signers.
    if (!unique(set.persons.flatMap((one) => one.keys.map((item) => item.fingerprint))))
      report("persons", "a key twice");
    if (Number(set.threshold) > set.persons.length) report("threshold", "more than there are persons");
  });

/** The approver set: version and threshold are decimal strings; a fingerprint belongs to exactly one person. */
export type ApproverSet = z.infer<typeof approversSchema>;
export type Approver = ApproverSet["persons"][number];
export type ApproverKey = Approver["keys"][number];

/** Bytes of approvers.json to the set and the sha256 of those bytes. STOP_APPROVAL_INVALID when they are not exactly a set. */
export function parseApprovers(bytes: Uint8Array): { readonly set: ApproverSet; readonly sha: string } {
  const reading = readStrictJson(bytes, APPROVERS_CAP);
  if (!reading.ok) throw refused("STOP_APPROVAL_INVALID", reading.reason);
  return { set: checked(reading.value, "STOP_APPROVAL_INVALID"), sha: sha256(bytes) };
}

/** The exact bytes to lay on a host for a set. STOP_REFUSED_INPUT when a field is out of form; TypeError when one is undefined. */
export function buildApprovers(set: ApproverSet): Buffer {
  canonicalText(set);
  return canonicalBytes(checked(set, "STOP_REFUSED_INPUT"));
}

/** The person and key of a full fingerprint, or undefined when nobody of the set holds it. */
export function holderOf(
  set: ApproverSet,
  fingerprint: string,
): { readonly person: Approver; readonly key: ApproverKey } | undefined {
  for (const one of set.persons) {
    const found = one.keys.find((item) => item.fingerprint === fingerprint);
    if (found) return { person: one, key: found };
  }
  return undefined;
}

function checked(value: unknown, code: "STOP_APPROVAL_INVALID" | "STOP_REFUSED_INPUT"): ApproverSet {
  const result = approversSchema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "top level"}: ${issue.code === "custom" ? issue.message : issue.code}`);
  throw refused(code, places.join(", "));
}

function refused(code: "STOP_APPROVAL_INVALID" | "STOP_REFUSED_INPUT", reason: string): Stopped {
  return new Stopped(code, {
    saw: `the approver set is not valid (${reason})`,
    wanted: "approvers.json with version, threshold and persons, as RFC 8785 bytes",
    hint: "`npm run approvers -- write <this file> <new file>` names every fault or writes it in its one form; pin the digest it prints",
  });
}
