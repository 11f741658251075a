// The strict verifier: OpenPGP.js with one pinned key and everything optional switched off.
import * as openpgp from "openpgp";
import type { PublicKey, SignaturePacket } from "openpgp";
import { CLOCK_TOLERANCE_SECONDS } from "../model/signature.ts";
import type { SignatureAnswer, SignatureQuestion, SignatureVerifier } from "../world/signature.ts";
import { signatureFrameFault } from "../signatures/signature-packet.ts";
import { readPinnedKey, signingKeyAt, STRICT } from "./openpgp-key.ts";

/** Subpackets that may stand outside the signed part: issuer key id and fingerprint. The library would skip critical unknown ones there. */
const HINTS = new Set([16, 33]);

/** Verifier on OpenPGP.js. Key validity is judged both at the signature's time and at `now`; see decision 0040. */
export function openpgpVerifier(): SignatureVerifier {
  return { name: "openpgp", verify };
}

async function verify(question: SignatureQuestion): Promise<SignatureAnswer> {
  const frame = signatureFrameFault(question.signature);
  if (frame !== undefined) return no(frame);
  const packet = await readPacket(question.signature);
  if (packet === undefined) return no("a signature packet that cannot be read");
  if (packet.unhashedSubpackets.some(({ type, critical }) => critical || !HINTS.has(type)))
    return no("unsigned subpackets other than issuer hints");
  const pinned = await readPinnedKey(question.publicKeyArmored, question.fingerprint);
  return pinned.key === undefined ? no(pinned.fault) : judge(question, packet, pinned.key);
}

const no = (reason: string): SignatureAnswer => ({ ok: false, reason });

async function judge(question: SignatureQuestion, packet: SignaturePacket, key: PublicKey): Promise<SignatureAnswer> {
  const { now } = question;
  const signedAt = packet.created;
  if (signedAt === null) return no("a signature without a time");
  if (signedAt.getTime() > now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000) return no("a signature from the future");
  if (key.getKeys(packet.issuerKeyID).length === 0) return no("a signature by another key");
  const current = await signingKeyAt(key, now, packet.issuerKeyID);
  if (current.signing === undefined) return no(current.fault);
  if (packet.getExpirationTime() <= now) return no("an expired signature");
  const fault = await cryptographicFault(question, key, signedAt > now ? signedAt : now);
  return fault === undefined ? { ok: true, signedAt } : no(fault);
}

async function readPacket(file: Uint8Array): Promise<SignaturePacket | undefined> {
  try {
    const { packets } = await openpgp.readSignature({ binarySignature: Uint8Array.from(file), config: STRICT });
    const [only, ...more] = packets;
    return only !== undefined && more.length === 0 && isWrittenSo(only, file) ? only : undefined;
  } catch {
    return undefined;
  }
}

// Numbers inside can be spelled with other bit counts and still verify; the one spelling a program writes is the one accepted.
function isWrittenSo(packet: SignaturePacket, file: Uint8Array): boolean {
  const body = packet.write();
  return Buffer.from(file.subarray(file.length - body.length)).equals(body);
}

// Copies go in, so that nothing the library does to its buffers can reach the bytes that are used afterwards.
async function cryptographicFault(
  question: SignatureQuestion,
  key: PublicKey,
  date: Date,
): Promise<string | undefined> {
  try {
    const result = await openpgp.verify({
      message: await openpgp.createMessage({ binary: Uint8Array.from(question.bytes) }),
      signature: await openpgp.readSignature({ binarySignature: Uint8Array.from(question.signature), config: STRICT }),
      verificationKeys: key,
      date,
      format: "binary",
      config: STRICT,
    });
    const [only, ...more] = result.signatures;
    if (only === undefined || more.length > 0) return "not exactly one signature";
    await only.verified;
    return undefined;
  } catch (error) {
    return ownWords(error);
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/Signed digest did not match|Signature verification failed/, "a signature over other bytes"],
  [/Key is newer than the signature/, "a signature older than its key"],
  [/Unknown critical/, "a critical part that is not known"],
  [/Signature is expired/, "an expired signature"],
  [/revoked/i, "a key revoked at the time of signing"],
  [/expired/i, "a key expired at the time of signing"],
];

// The library's messages can hold text of the signature (names of notations); only our own words go on.
function ownWords(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? "a signature that does not verify";
}
