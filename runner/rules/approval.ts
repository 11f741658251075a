// Judges a statement whose bytes and signature are already proven: right thing, right person, right time.
import { holderOf, type ApproverSet } from "../model/approvers.ts";
import type { Gate } from "../model/run.ts";
import { CLOCK_TOLERANCE_SECONDS } from "../model/signature.ts";
import { isTerm, TERM_SECONDS, type Statement } from "../model/statement.ts";
import type { StopCode, Verdict } from "../model/stop.ts";
import { utcMillis, utcText } from "../model/utc.ts";

/** What the statement must be for; derived from live state, never from the statement itself. */
export interface Expected {
  /** The run, or `*` where the gate may name every run. */
  readonly run_id: string;
  readonly gate: Gate;
  readonly payload_sha: string;
  /** approve_by of the newest request, where the request is at hand. */
  readonly approve_by?: string;
  /** Seconds from signature to last use on this host, where they are known. */
  readonly term?: number;
}

/** Everything a statement is held against. */
export interface Circumstances {
  /** Clock of the database, read once for the whole judgement. */
  readonly now: Date;
  readonly approvers: ApproverSet;
  readonly expected: Expected;
  /** Creation time inside the signature packet, as both verifiers read it. */
  readonly signatureTime: Date;
}

/** Undefined when the statement counts now; else STOP_APPROVAL_INVALID or STOP_APPROVAL_EXPIRED. Nothing foreign is quoted. */
export function judgeStatement(statement: Statement, circumstances: Circumstances): Verdict {
  return (
    aboutSubject(statement, circumstances.expected) ??
    aboutPerson(statement, circumstances.approvers) ??
    aboutTimesInside(statement, circumstances) ??
    aboutNow(statement, circumstances.now)
  );
}

const stop = (code: StopCode, saw: string, wanted: string): Verdict => ({ code, facts: { saw, wanted } });
const invalid = (saw: string, wanted: string): Verdict => stop("STOP_APPROVAL_INVALID", saw, wanted);

function aboutSubject(statement: Statement, expected: Expected): Verdict {
  if (statement.gate !== expected.gate)
    return invalid(`a statement for ${statement.gate}`, `a statement for ${expected.gate}`);
  if (statement.run_id !== expected.run_id)
    return invalid("a statement for another run", `a statement for ${expected.run_id}`);
  if (statement.payload_sha !== expected.payload_sha) {
    return invalid(
      "a statement over other facts than those of now",
      `a statement over payload ${expected.payload_sha}`,
    );
  }
  return undefined;
}

function aboutPerson(statement: Statement, approvers: ApproverSet): Verdict {
  const holder = holderOf(approvers, statement.fingerprint);
  if (!holder) return invalid("a key that no approver holds", "a key of approvers.json");
  if (holder.person.id !== statement.person)
    return invalid("a key of another person than the statement names", "the person's own key");
  // A revocation only ever stops things, so whoever may approve anything may revoke anything.
  if (statement.gate !== "REVOCATION" && !holder.person.gates.includes(statement.gate)) {
    return invalid(
      `${holder.person.id}, who may not sign ${statement.gate}`,
      `an approver whose gates hold ${statement.gate}`,
    );
  }
  return undefined;
}

function aboutTimesInside(statement: Statement, { signatureTime, expected }: Circumstances): Verdict {
  const signed = utcMillis(statement.signed_utc);
  const lasts = (utcMillis(statement.use_by) - signed) / 1000;
  const term = expected.term ?? TERM_SECONDS[statement.gate];
  if (Math.abs(signatureTime.getTime() - signed) > CLOCK_TOLERANCE_SECONDS * 1000) {
    return invalid(
      `a signature of ${utcText(signatureTime)} under a statement signed ${statement.signed_utc}`,
      `both within ${CLOCK_TOLERANCE_SECONDS} s`,
    );
  }
  // Where the host's own term is not at hand, as of a row admitted earlier, any term of the gate is one.
  if (expected.term === undefined ? !isTerm(statement.gate, lasts) : lasts !== term) {
    return invalid(`use_by ${statement.use_by}`, `signed_utc plus ${term} s, the term of ${statement.gate}`);
  }
  if (expected.approve_by !== undefined && statement.approve_by !== expected.approve_by) {
    return invalid(`approve_by ${statement.approve_by}`, `the request's ${expected.approve_by}`);
  }
  if (signed > utcMillis(statement.approve_by)) {
    return stop("STOP_APPROVAL_EXPIRED", `signed ${statement.signed_utc}`, `signed by ${statement.approve_by}`);
  }
  // approve_by is request time plus term: later than use_by would mean a request from after its own signature.
  if (utcMillis(statement.approve_by) > utcMillis(statement.use_by) + CLOCK_TOLERANCE_SECONDS * 1000) {
    return invalid(`approve_by ${statement.approve_by}`, `not after use_by ${statement.use_by}`);
  }
  return undefined;
}

function aboutNow(statement: Statement, now: Date): Verdict {
  if (utcMillis(statement.signed_utc) > now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000) {
    return invalid(`signed ${statement.signed_utc}`, `not after ${utcText(now)} of the database`);
  }
  if (now.getTime() >= utcMillis(statement.use_by)) {
    return stop("STOP_APPROVAL_EXPIRED", `now ${utcText(now)}`, `used before ${statement.use_by}`);
  }
  return undefined;
}
