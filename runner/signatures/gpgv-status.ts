// Reads gpgv's status words; its exit status and its prose are not enough (it accepts the future, SHA-1 and foreign packets).
import { CLOCK_TOLERANCE_SECONDS } from "../model/signature.ts";
import type { SignatureAnswer } from "../world/signature.ts";
import { SIGNING_ALGORITHMS, SIGNING_HASHES } from "./signature-packet.ts";

/**
 * A good signature, in gpgv's three words for it. gpgv knows only the time of today; whether key and signature were valid when it
 * counted is judged below and by the strict verifier (docs/decisions/0040-approvals.md).
 */
const GOOD = ["GOODSIG", "EXPKEYSIG", "EXPSIG"];
const ONCE = [["NEWSIG"], GOOD, ["VALIDSIG"]];
/** Words that may appear; one of each group in {@link ONCE} exactly once. Any other word, known or new, refuses. */
const ALLOWED = new Set([
  ...ONCE.flat(),
  "KEYEXPIRED",
  "KEY_CONSIDERED",
  "SIG_ID",
  "NOTATION_NAME",
  "NOTATION_FLAGS",
  "NOTATION_DATA",
  "VERIFICATION_COMPLIANCE_MODE",
]);
// gpgv escapes line ends inside values, so a value cannot begin a line of its own.
const LINE = /^\[GNUPG:\] ([A-Z_]+)(?: (.*))?$/;

const no = (reason: string): SignatureAnswer => ({ ok: false, reason });

/** Answer from the text of gpgv's status descriptor, for this primary fingerprint (40 upper-case hex digits) at this time. */
export function readGpgvStatus(status: string, fingerprint: string, now: Date): SignatureAnswer {
  const lines = status
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => LINE.exec(line));
  const words = lines.map((line) => line?.[1] ?? "");
  if (!words.every((word) => ALLOWED.has(word))) return no("gpgv reports more than a good signature");
  if (!ONCE.every((group) => words.filter((one) => group.includes(one)).length === 1))
    return no("not exactly one good signature");
  const valid = lines.find((line) => line?.[1] === "VALIDSIG")?.[2] ?? "";
  return judgeValid(valid.split(" "), fingerprint, now);
}

/** Whether gpgv says of a good signature that its own term has passed by today. */
export const hasEndedSince = (status: string): boolean => /^\[GNUPG:\] EXPSIG /m.test(status);

// VALIDSIG: fingerprint, day, time, expiry, version, reserved, key algorithm, hash, class, primary fingerprint (doc/DETAILS of GnuPG).
function judgeValid(fields: readonly string[], fingerprint: string, now: Date): SignatureAnswer {
  const [, , time = "", expiry = "", version, , algorithm, hash, kind, primary] = fields;
  if (fields.length !== 10 || primary !== fingerprint) return no("a signature by another key");
  if (version !== "4" || kind !== "00") return no("a signature of another kind than binary v4");
  if (!SIGNING_ALGORITHMS.has(Number(algorithm)) || !SIGNING_HASHES.has(Number(hash)))
    return no("a key algorithm or hash that is not accepted");
  if (!/^\d{1,10}$/.test(time) || !/^\d{1,10}$/.test(expiry)) return no("a time that cannot be read");
  const signedAt = new Date(Number(time) * 1000);
  if (signedAt.getTime() > now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000) return no("a signature from the future");
  if (expiry !== "0" && Number(expiry) * 1000 <= now.getTime()) return no("an expired signature");
  return { ok: true, signedAt };
}
