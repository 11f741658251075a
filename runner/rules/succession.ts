// May this approver set follow that one? Only by the threshold of the one before: docs/decisions/0042-approver-succession.md.
import { holderOf, type ApproverSet } from "../model/approvers.ts";
import { CLOCK_TOLERANCE_SECONDS } from "../model/signature.ts";
import type { Verdict } from "../model/stop.ts";
import { SUCCESSION_DAYS, type Succession } from "../model/succession.ts";
import { utcMillis } from "../model/utc.ts";

/** A set with the sha256 of its bytes. */
export interface PinnedSet {
  readonly set: ApproverSet;
  readonly sha: string;
}

/** A statement whose signature both verifiers found good, with the time inside the signature. */
export interface ProvenSuccession {
  readonly statement: Succession;
  readonly signedAt: Date;
}

const DAY = 86_400_000;
const invalid = (saw: string, wanted: string): Verdict => ({
  code: "STOP_APPROVAL_INVALID",
  facts: { saw, wanted, hint: "have the newer set signed by the threshold of the set before it" },
});

/** STOP_APPROVAL_INVALID unless enough different persons of `previous` signed exactly `next`; `at` is when it was laid. */
export function judgeSuccession(
  previous: PinnedSet,
  next: PinnedSet,
  proven: readonly ProvenSuccession[],
  at: Date,
): Verdict {
  if (Number(next.set.version) !== Number(previous.set.version) + 1)
    return invalid(
      `version ${next.set.version} after version ${previous.set.version}`,
      `version ${Number(previous.set.version) + 1}`,
    );
  const persons = new Set<string>();
  for (const { statement, signedAt } of proven) {
    if (
      statement.previous_sha !== previous.sha ||
      statement.next_sha !== next.sha ||
      statement.next_version !== next.set.version
    )
      return invalid("a signature for another succession", "this set after the one before it");
    if (holderOf(previous.set, statement.fingerprint)?.person.id !== statement.person)
      return invalid("a signature by a key that this person of the set before does not hold", "keys of the set before");
    const signed = utcMillis(statement.signed_utc);
    if (Math.abs(signedAt.getTime() - signed) > CLOCK_TOLERANCE_SECONDS * 1000)
      return invalid("a signature of another time than its statement", `both within ${CLOCK_TOLERANCE_SECONDS} s`);
    if (signed > at.getTime() + CLOCK_TOLERANCE_SECONDS * 1000 || signed < at.getTime() - SUCCESSION_DAYS * DAY)
      return invalid(`signed ${statement.signed_utc}`, `within ${SUCCESSION_DAYS} days before the set is laid`);
    persons.add(statement.person);
  }
  const wanted = Number(previous.set.threshold);
  return persons.size >= wanted
    ? undefined
    : invalid(`${persons.size} persons signed`, `${wanted} persons of version ${previous.set.version}`);
}
