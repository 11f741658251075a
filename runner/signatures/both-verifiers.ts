// Two programs of different origin must read the same signature in the same way.
import type { SignatureAnswer, SignatureQuestion, SignatureVerifier } from "../world/signature.ts";

/**
 * Good only if both say so and read the same signing time. The strict one is asked first: the second, which unpacks more kinds of
 * packets, then only ever sees files that are one plain signature.
 */
export async function verifyWithBoth(
  strict: SignatureVerifier,
  second: SignatureVerifier,
  question: SignatureQuestion,
): Promise<SignatureAnswer> {
  const first = await strict.verify(question);
  if (!first.ok) return { ok: false, reason: `${strict.name}: ${first.reason}` };
  const other = await second.verify(question);
  if (!other.ok) return { ok: false, reason: `${second.name}: ${other.reason}` };
  if (first.signedAt.getTime() !== other.signedAt.getTime())
    return { ok: false, reason: "the two verifiers read different signing times" };
  return first;
}
