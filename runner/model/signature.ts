// The port behind which a detached signature is judged. Two real implementations must agree (decision 0040).

/** What is judged: these exact bytes, this exact signature file, this one pinned key, at this time of the database. */
export interface SignatureQuestion {
  readonly bytes: Uint8Array;
  /** One detached binary v4 packet, at most {@link SIGNATURE_CAP} bytes. */
  readonly signature: Uint8Array;
  readonly publicKeyArmored: string;
  /** Full fingerprint of the primary key, 40 upper-case hex digits. */
  readonly fingerprint: string;
  readonly now: Date;
}

/** signedAt: creation time inside the signature, whole seconds. reason: for people, quotes nothing of the files. */
export type SignatureAnswer =
  { readonly ok: true; readonly signedAt: Date } | { readonly ok: false; readonly reason: string };

/** One way to verify. A signature that is not good is an answer; STOP_COULD_NOT_LOOK is thrown when nothing could be judged. */
export interface SignatureVerifier {
  readonly name: string;
  verify(question: SignatureQuestion): Promise<SignatureAnswer>;
}

/** Bytes a signature file may have; an Ed25519 signature has 119, RSA 4096 566. */
export const SIGNATURE_CAP = 4096;
/** Seconds a signer's clock may be ahead of the database, and signed_utc apart from the signature's own time. */
export const CLOCK_TOLERANCE_SECONDS = 120;
