// THE STOP TABLE. Every expected refusal: its exit status, what it means and what to do next. `cutter stops` prints it.

/** exit: process status; title: one lower-case phrase; hint: the next step in words; call: who decides. */
export interface StopRow {
  readonly exit: number;
  readonly title: string;
  readonly hint: string;
  readonly call: "operator" | "approver" | "database administrator" | "developer";
}

const row = (exit: number, call: StopRow["call"], title: string, hint: string): StopRow => ({
  exit,
  title,
  hint,
  call,
});

/** The table; a code outside it does not exist. */
// prettier-ignore
export const STOPS = {
  STOP_APPROVAL_REQUIRED: row(3, "approver", "the run waits for signatures", "fetch the request bundle, sign it with `npm run approve`, then resume"),
  STOP_DOCUMENT_UNKNOWN: row(4, "operator", "no such document in the source registry", "take it in with `npm run intake` and `npm run register`"),
  STOP_REFUSED_INPUT: row(4, "operator", "the input cannot be cut as it is", "correct the named place, register the corrected text, then cut again"),
  STOP_TARGET_POLICY: row(4, "operator", "the target policy of this host forbids this document", "choose another target or have the policy changed under review"),
  STOP_PRECHECK_FAILED: row(4, "operator", "a precheck failed", "mend every point listed, then run `cutter precheck` again"),
  STOP_APPROVAL_INVALID: row(4, "approver", "an approval does not prove what it must", "sign the newest request again with your own current key"),
  STOP_APPROVAL_EXPIRED: row(4, "approver", "an approval is past its time", "sign the newest request again: a new signature over the same payload renews"),
  STOP_APPROVAL_CONSUMED: row(4, "approver", "an approval was used before", "sign the newest request again"),
  STOP_APPROVAL_REVOKED: row(4, "approver", "an approval was revoked", "ask the person who revoked it; a revocation cannot be undone"),
  STOP_EXECUTION_NOT_AUTHORIZED: row(4, "approver", "no execution authorization covers this run now", "have the EXECUTION request signed by another person than SG_1's"),
  STOP_HALTED: row(4, "approver", "a halt is in force", "find out why; lifting it needs a signed UNHALT that names the halt"),
  STOP_FENCED: row(4, "operator", "another process has taken this run over", "follow the process that holds the lease: `cutter orchestrate status`"),
  STOP_LEASE_HELD: row(4, "operator", "another process works on this document", "wait for the lease to expire or follow its holder: `cutter orchestrate status`"),
  STOP_RUN_OPEN: row(4, "operator", "a run is open", "resume, revert or void the open run first: `cutter orchestrate status`"),
  STOP_REPLAY_CONFLICT: row(4, "operator", "this was recorded before with other inputs", "do not repeat: compare both with `cutter orchestrate verify`"),
  STOP_DRIFT: row(5, "operator", "something that was signed or proven has changed", "find the change named here, then void or revert and cut again"),
  STOP_GRANT_DELTA: row(5, "database administrator", "rights or definitions in the database differ from the recorded ones", "restore the named right or definition, or have the new state approved"),
  STOP_INVARIANT_FAILED: row(6, "developer", "an invariant does not hold", "nothing was committed by this step; send the report"),
  STOP_VERIFY_FAILED: row(6, "operator", "the second principal disagrees with what was written", "revert the run; do not enact"),
  STOP_OVER_HARD_CAP: row(8, "operator", "over a hard cap", "split the document or have the cap raised under review"),
  STOP_BACKUP_FAILED: row(9, "operator", "the backup could not be made", "mend the cause, then resume: a new backup is taken"),
  STOP_BACKUP_GPG_PUBKEY_MISSING: row(9, "operator", "the backup public key is missing or cannot encrypt", "provision the recipient's public key by its full fingerprint"),
  STOP_PROOF_FAILED: row(9, "operator", "the backup did not restore to what was read", "keep the file for analysis, mend the cause, then resume"),
  STOP_AMBIGUOUS: row(10, "operator", "the answer to COMMIT was lost", "resume: it waits for the old transaction and reads what is true"),
  STOP_TORN: row(10, "approver", "rows exist that no record explains", "do nothing by hand; an escalation (SG_3) decides hold, compensate or void"),
  STOP_SG_3_REQUIRED: row(10, "approver", "only an escalation decision may go on", "have SG_3_failure_escalation signed"),
  STOP_COULD_NOT_LOOK: row(1, "operator", "could not look", "mend the access named here; nothing is known about the state behind it"),
  STOP_KB_UPLOAD_FAILED: row(1, "operator", "a report could not be delivered", "mend the reporter's target, then resume: nothing is written again"),
} as const satisfies Record<string, StopRow>;

export type StopCode = keyof typeof STOPS;

/** Exit status of a usage error and of a bug; not stops. */
export const EXIT_USAGE = 64;
export const EXIT_BUG = 70;
/** Reserved for Pulumi's answer "there is drift". */
export const EXIT_DRIFT_FOUND = 7;

/** Whether a word from outside is a code of the table. */
export const isStopCode = (text: string): text is StopCode => Object.hasOwn(STOPS, text);

/** What a stop was seen with; values are shown to people, so never a secret and never quoted file content. */
export interface StopFacts {
  readonly saw: string;
  readonly wanted: string;
  /** Replaces the table's hint where the situation knows better. */
  readonly hint?: string;
  /** One command to paste, in full. */
  readonly next?: string;
  readonly or?: string;
  /** Source line for refused documents, 1-based. */
  readonly line?: number;
  /** More findings of the same kind, when all are reported at once. */
  readonly details?: readonly string[];
}

/** The one class of expected refusals. `message` is the code; everything else is data. */
export class Stopped extends Error {
  readonly code: StopCode;
  readonly facts: StopFacts;
  constructor(code: StopCode, facts: StopFacts, cause?: unknown) {
    super(`${code}: ${facts.saw}`, cause === undefined ? undefined : { cause });
    this.name = "Stopped";
    this.code = code;
    this.facts = facts;
  }
  get exit(): number {
    return STOPS[this.code].exit;
  }
}

/** A rule's answer: undefined is a pass, else the stop. */
export type Verdict = { readonly code: StopCode; readonly facts: StopFacts } | undefined;

/** Throws the stop of a failed verdict. */
export function insist(verdict: Verdict): void {
  if (verdict) throw new Stopped(verdict.code, verdict.facts);
}
