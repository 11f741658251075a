// Bounds of a detached signature: how large its file may be, and how far clocks may be apart (docs/decisions/0040-approvals.md).

/** Bytes a signature file may have; an Ed25519 signature has 119, RSA 4096 566. */
export const SIGNATURE_CAP = 4096;
/** Seconds a signer's clock may be ahead of the database, and signed_utc apart from the signature's own time. */
export const CLOCK_TOLERANCE_SECONDS = 120;
