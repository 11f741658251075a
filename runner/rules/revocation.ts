// Whether a REVOCATION reaches something that exists: a wrong digit must not look like a key that is revoked.
import { holderOf, type ApproverSet } from "../model/approvers.ts";
import type { Payload } from "../model/payload.ts";
import type { Verdict } from "../model/stop.ts";

/** Undefined when it may be recorded. `knownRun`: the run that the database connects with the value, null when there is none. */
export function judgeRevocation(
  payload: Payload<"REVOCATION">,
  knownRun: string | null,
  approvers: ApproverSet,
): Verdict {
  const invalid = (saw: string, wanted: string): Verdict => ({ code: "STOP_APPROVAL_INVALID", facts: { saw, wanted } });
  switch (payload.kind) {
    // A statement that was signed and never handed in is revoked before anybody can admit it.
    case "nonce":
      return knownRun === null || knownRun === payload.run_id
        ? undefined
        : invalid("a nonce that was admitted for another run", knownRun);
    case "run":
      return knownRun === null
        ? invalid("a run this database does not know", "the id of a run of this database")
        : undefined;
    case "key":
      return knownRun === null && !holderOf(approvers, payload.value)
        ? invalid("a key that no approver holds and no admission used", "the full fingerprint of an approver's key")
        : undefined;
  }
}
