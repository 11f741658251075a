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
  STOP_REFUSED_INPUT: row(4, "operator", "what was given cannot be used as it is", "correct what is named here and give the command again; a corrected text is registered first"),
  STOP_TARGET_POLICY: row(4, "operator", "the target policy of this host forbids this document", "choose another document, or have protected_prefixes or its row of the registry changed under review"),
  STOP_PRECHECK_FAILED: row(4, "operator", "a precheck failed", "mend every point listed, then run `cutter precheck` again"),
  STOP_APPROVAL_INVALID: row(4, "approver", "an approval does not prove what it must", "sign the newest request again with your own current key"),
  STOP_APPROVAL_EXPIRED: row(4, "approver", "an approval is past its time", "sign the newest request again: a new signature over the same payload renews"),
  STOP_APPROVAL_CONSUMED: row(4, "approver", "an approval was used before", "sign the newest request again"),
  STOP_APPROVAL_REVOKED: row(4, "approver", "an approval was revoked", "ask the person who revoked it; a revocation cannot be undone"),
  STOP_EXECUTION_NOT_AUTHORIZED: row(4, "approver", "no execution authorization covers this run now", "have the EXECUTION request signed by another person than SG_1's"),
  STOP_HALTED: row(4, "approver", "a halt is in force", "find out why; lifting it needs a signed UNHALT that names the halt"),
  STOP_FENCED: row(4, "operator", "another process has taken this run over", "follow the process that holds the lease: `cutter orchestrate status`"),
  STOP_LEASE_HELD: row(4, "operator", "another process works on this document", "wait for the lease to expire or follow its holder: `cutter orchestrate status`"),
  STOP_RUN_OPEN: row(4, "operator", "a run is open", "first end the open run, which `cutter orchestrate status` shows: resume it, undo it with `cutter orchestrate revert`, or void it"),
  STOP_REPLAY_CONFLICT: row(4, "operator", "this was recorded before with other inputs", "do not repeat: compare both with `cutter orchestrate verify`"),
  STOP_DRIFT: row(5, "operator", "something that was signed or proven has changed", "find the change named here, then void the run, or undo it with `cutter orchestrate revert`, and cut again"),
  STOP_GRANT_DELTA: row(5, "database administrator", "rights or definitions in the database differ from the recorded ones", "restore the named right or definition, or have the new state approved"),
  STOP_INVARIANT_FAILED: row(6, "developer", "an invariant does not hold", "nothing was committed by this step; send the report"),
  STOP_VERIFY_FAILED: row(6, "operator", "the second principal disagrees with what was written", "undo the run with `cutter orchestrate revert`; do not enact"),
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

/** A stop told at length: why it happens, what a person can do, and what it looked like once. */
export interface StopExplained {
  readonly cause: string;
  readonly ways: readonly string[];
  readonly example: string;
}

const told = (cause: string, ways: readonly string[], example: string): StopExplained => ({ cause, ways, example });

/** The long half of the table, which `cutter docs <code>` shows; every code has its row. */
// prettier-ignore
export const STOPS_EXPLAINED = {
  STOP_APPROVAL_REQUIRED: told("The run has done what it may do unsigned. This is no fault: two people sign the plan, later one signs what the verifier saw.", ["`npm run fetch -- <run-id>` brings the requests", "each person: `npm run approve -- <bundle> --profile <file>`", "`npm run resume -- <run-id> <signed files>`", "nobody wants it any more: `npm run void -- <run-id> \"<reason>\"`"], "the run waits for SG_1_cut_authz and EXECUTION after its rehearsal"),
  STOP_DOCUMENT_UNKNOWN: told("The source registry of the database has no document of this id, or the id is typed in another case.", ["`npm run intake -- <file> <prefix>` shows what it would become", "`npm run register -- <file> <prefix>`", "look for the right id: `npm run runs`"], "`npm run cut -- MY-LAW` before `npm run register`"),
  STOP_REFUSED_INPUT: told("What was given is understood and cannot be used: a text, a reason, an id, a file. Every place is listed with its line.", ["correct the named places", "a law with two readings: `npm run intake -- <file> <prefix> --suggest-hints <file>` writes the hints that settle them", "then give the same command again"], "article 12 stands twice in the text, lines 210 and 388"),
  STOP_TARGET_POLICY: told("A document is cut when no prefix of protected_prefixes covers it, the registry has it as active, and does not call it authoritative; one of the three does not hold, and what was seen says which.", ["protected: what is in force stays; give the new text a prefix of its own, `npm run register -- <file> <prefix>`", "protected by mistake: have protected_prefixes in the stack's file changed under review, then `npm run up`", "not active, or authoritative: have its row of source_document_registry corrected by those who keep the registry; target_policy of the configuration knows `refused` alone"], "a new wording of DIEU-28, which the prefix DIEU* protects"),
  STOP_PRECHECK_FAILED: told("Something that must be there before work begins is missing or not as it should be; all of it is listed at once.", ["mend every listed point", "`npm run cutter -- precheck` looks again at a host, `npm run doctor` at this machine", "`npm run readiness` says what a first run lacks"], "the scratch server's programs are older than the database"),
  STOP_APPROVAL_INVALID: told("A signed file does not prove what it must: another key, another payload, the same person twice, a changed byte, or a wrong answer before signing.", ["`npm run fetch -- <run-id>`, and sign the newest request with your own current key", "let another person sign where one has signed SG_1 already", "check who signed: `npm run approvals -- <run-id> --profile <file>`"], "linh signed SG_1_cut_authz and EXECUTION of one run"),
  STOP_APPROVAL_EXPIRED: told("A signature is good for a limited time, and that has passed before it was used.", ["`npm run resume -- <run-id>` asks anew", "`npm run fetch -- <run-id>`, sign the newest request; the payload is the same"], "EXECUTION was signed on Friday and resumed on Monday"),
  STOP_APPROVAL_CONSUMED: told("An approval allows one effect, and that effect has been done or begun.", ["`npm run status -- <run-id>` shows what was committed", "`npm run fetch -- <run-id>`, and sign the newest request"], "the files of leg A given again for the enactment"),
  STOP_APPROVAL_REVOKED: told("A person took back a signature, a key or the whole run. Nothing takes a revocation back.", ["ask who revoked it and why", "`npm run void -- <run-id> \"<reason>\"`, or `npm run rollback -- <run-id> \"<reason>\"` when leg A is committed", "cut the document again"], "a key was lost, and its holder revoked it"),
  STOP_EXECUTION_NOT_AUTHORIZED: told("The plan is signed, but no admitted EXECUTION covers this run at this time.", ["`npm run fetch -- <run-id>`", "another person than SG_1's signs EXECUTION", "`npm run resume -- <run-id> <signed file>`"], "only SG_1_cut_authz was given to resume"),
  STOP_HALTED: told("Somebody stopped every writer, or this run. The reason and the person are shown.", ["ask who is named", "`npm run unhalt -- <halt-id> --profile <file>`, then `npm run admit -- <signed file>`", "undo instead: `npm run rollback -- <run-id> \"<reason>\"`"], "halted at night: strange rows, look in the morning"),
  STOP_FENCED: told("This process lost its lease and another one carries the run on. It wrote nothing after that.", ["`npm run logs -- <run-id>` follows the one that works"], "a laptop slept, a colleague resumed"),
  STOP_LEASE_HELD: told("A process holds the lease of this document, or a session holds rows that the run needs; its name and its time are shown.", ["`npm run logs -- <run-id>` follows it", "wait: the lease of a dead process ends by itself", "a session of psql that is named: end its transaction"], "two people resumed at once"),
  STOP_RUN_OPEN: told("An open run holds this document or this host, and what was asked would cross it.", ["`npm run status` names it", "`npm run resume`, `npm run rollback` or `npm run void` it first"], "`npm run cut` while yesterday's run waits for signatures"),
  STOP_REPLAY_CONFLICT: told("A phase is recorded already, with other inputs than those it would have now. Repeating it would write a second truth.", ["`npm run verify -- <run-id>` and `npm run cutter -- journal verify <run-id>` show both", "do not repeat; undo with `npm run rollback` or `npm run void`"], "the run's files were put back from an older copy"),
  STOP_DRIFT: told("A thing that was signed or proven is not the same any more: text, rows, release, host, rights or backup. The thing is named.", ["find out who changed it", "`npm run drift` shows differences of the host", "`npm run void` or `npm run rollback`, then cut again"], "a release was laid between signature and write"),
  STOP_GRANT_DELTA: told("Rights, functions or triggers in the database differ from those recorded when people signed.", ["the database administrator puts the named thing back", "`npm run drift` shows it with its SQL", "is the new state wanted: void, `npm run up`, cut again"], "a GRANT was given by hand to cutter_exec"),
  STOP_INVARIANT_FAILED: told("A number or a rule that must hold did not hold, and the step was taken back whole. This is a fault of the program or of the database beside it.", ["send the report and the run's runner.log", "`npm run status -- <run-id>` shows what stands", "undo: `npm run rollback` or `npm run void`"], "5 rows were predicted and 6 counted before COMMIT"),
  STOP_VERIFY_FAILED: told("The second principal read what was written and found another thing than was signed.", ["do not enact", "`npm run rollback -- <run-id> \"<reason>\"`", "keep the report of write_verify for the analysis"], "a trigger of another application changed a title"),
  STOP_OVER_HARD_CAP: told("The work is larger than a cap that is never passed, so that one run stays a thing people can read.", ["split the document", "have the cap raised in the stack's file under review, then `npm run up`"], "a text of more units than the cap allows"),
  STOP_BACKUP_FAILED: told("The backup before the write did not come to its end: no room, no connection, a program that failed. Nothing was written.", ["mend the named cause", "`npm run backup -- selftest` tries the whole way", "`npm run resume -- <run-id>` takes a new one"], "the folder of the backups is full"),
  STOP_BACKUP_GPG_PUBKEY_MISSING: told("Backups are sealed for a public key, and that key is missing, expired or another one than declared.", ["declare the public key by its full fingerprint in the stack's file", "`npm run up`, then `npm run backup -- selftest`"], "the recipient's key expired last week"),
  STOP_PROOF_FAILED: told("The backup was restored into a scratch server and is not equal, row by row, to what was read. The file stays as .unproven.", ["keep the file", "`npm run backup -- selftest` tries again without a run", "mend the cause, then `npm run resume -- <run-id>`"], "an extension of the database is missing in the scratch server"),
  STOP_AMBIGUOUS: told("The connection broke while COMMIT was on its way, so nobody knows yet whether it was done.", ["`npm run resume -- <run-id>` waits for the old transaction and reads what is true", "never write by hand meanwhile"], "the database was restarted at the moment of COMMIT"),
  STOP_TORN: told("The database holds rows of this run that no record explains. Somebody or something wrote beside the cutter.", ["touch nothing by hand", "`npm run fetch -- <run-id>`: SG_3_failure_escalation decides hold, compensate or void", "`npm run halt -- --reason \"<reason>\"` keeps everybody away meanwhile"], "rows were inserted by psql under an address of the plan"),
  STOP_SG_3_REQUIRED: told("The run is in a state that only people may end, by a signed decision.", ["`npm run fetch -- <run-id>`", "sign SG_3_failure_escalation: hold, compensate or void", "`npm run admit -- <signed file>`"], "a torn run was resumed without a decision"),
  STOP_COULD_NOT_LOOK: told("A place that must be read did not answer: host, database, file or engine. That is another thing than finding nothing there.", ["mend the named access", "`npm run doctor` looks at this machine, `npm run sandbox -- status` at the embedded host", "then give the same command again: looking changes nothing"], "the host is down, and status cannot say whether a run is open"),
  STOP_KB_UPLOAD_FAILED: told("The write is done and recorded; only a report could not be handed over.", ["mend the reporter's target or its key", "`npm run resume -- <run-id>` delivers the report; nothing is written again"], "the report server answered 503"),
} as const satisfies Record<StopCode, StopExplained>;

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
