// The ports behind which signatures are judged: one program's verdict on one file, and a run's question about what was admitted.
// Two real implementations of the first must agree (docs/decisions/0040-approvals.md).
import type { RowOf } from "../model/rows.ts";

/** What is judged: these exact bytes, this exact signature file, this one pinned key, at this time of the database. */
export interface SignatureQuestion {
  readonly bytes: Uint8Array;
  /** One detached binary v4 packet, at most SIGNATURE_CAP bytes (model/signature.ts). */
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

/** Whether people signed what the database holds as admitted: on the host by their keys; in a rehearsal nobody signs. */
export interface Approvals {
  /** STOP_APPROVAL_INVALID when one of the rows was signed by nobody, or the approver set of this host is not the laid one's heir. */
  insistSigned(
    runId: string,
    rows: readonly RowOf<"read/unused-statements">[],
    sets: readonly RowOf<"read/approver-sets">[],
  ): Promise<void>;
  /** STOP_HALTED for a lift, STOP_APPROVAL_INVALID for a revocation that nobody signed. Each row is looked at once a process. */
  insistOrders(rows: readonly RowOf<"read/orders">[], sets: readonly RowOf<"read/approver-sets">[]): Promise<void>;
}
