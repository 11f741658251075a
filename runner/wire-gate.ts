// The two signature verifiers of the admitting gate, put together from real programs.
import { gpgvVerifier } from "./adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "./adapters/openpgp-verifier.ts";
import type { SignatureAnswer, SignatureQuestion } from "./world/signature.ts";
import { verifyWithBoth } from "./signatures/both-verifiers.ts";

/** Good only if OpenPGP.js and gpgv both say so. */
export function verifySignature(question: SignatureQuestion): Promise<SignatureAnswer> {
  return verifyWithBoth(openpgpVerifier(), gpgvVerifier(), question);
}
