// Every word of the reading page and of the dialogue before a signature, by key. Another language is another table of the same keys. `{name}` is a value; of two forms divided
// by ` | ` the first is for exactly one.
import type { CountWords } from "../../runner/grammar/completeness-text.ts";

/** The English words. */
export const ENGLISH = {
  // What a signature does, in plain sentences.
  "does.SG_1_cut_authz":
    "You allow {count} unit of {document} to be written. | You allow {count} units of {document} to be written.",
  "does.EXECUTION":
    "You let {count} unit of {document} be written now. | You let {count} units of {document} be written now.",
  "does.SG_2_lifecycle_authz":
    "You make {count} unit of {document} binding. | You make {count} units of {document} binding.",
  "does.SG_3_failure_escalation": "You decide what becomes of a torn run of {document}.",
  "then.SG_1_cut_authz":
    "Nothing is written before a second person has signed EXECUTION. What is written then are drafts: they can be rolled back until they are enacted.",
  "then.EXECUTION":
    "The host writes drafts as soon as it has both signatures. They can be rolled back until they are enacted.",
  "then.SG_2_lifecycle_authz":
    "This cannot be undone. Enacted text is never rolled back; it can only be followed by newer text.",
  "then.SG_3_failure_escalation":
    "The run has written rows that no record explains. Nothing moves until people decide.",
  "page.title": "{gate} of {document}",
  "page.for": "For {person}.",
  "page.made": "Computed on this machine from the bytes of the text, not taken from the host.",
  "page.unchecked":
    "Made without an approver profile: that the host, its approvers and its history are the ones you know was not checked. `approve` checks it.",
  "page.skip": "To the law",

  "nav.label": "Contents",
  "nav.search": "Search the law",
  "nav.searchHint": "Press / to search, Enter for the next place.",
  "nav.found": "No place | {count} place | {count} places",
  "nav.more": "Only the first {count} are listed.",
  "nav.parts": "Parts of this page",
  "nav.tree": "Units",
  "nav.progress": "{read} of {all} read",
  "nav.unread": "Next unread",

  "summary.heading": "In short",
  "summary.document": "document",
  "summary.version": "version",
  "summary.run": "run",
  "summary.gate": "signature asked for",
  "summary.units": "units",
  "summary.levels": "of these",
  "summary.text": "text",
  "summary.textValue": "{cut} of {all} bytes are cut, every one accounted for",
  "summary.lineEnds": "line ends",
  "summary.lineEndsValue": "{count} lines end in carriage return and line feed",
  "summary.complete": "counted again",
  "summary.before": "the wave before",
  "summary.beforeValue":
    "wave {wave} of batch {batch}: {enacted} documents enacted and looked at again; outcome …{digest}",
  "summary.beforeAside": "set aside: {documents}",
  "summary.compared": "a new version of",
  "summary.comparedValue": "{document}, whose enacted text stays as it is: {counts}",
  "summary.completeUnknown": "not counted: this kind of document has no numbered headings",
  "summary.kind": "kind of every unit",
  "summary.owner": "owner of every unit",
  "summary.publication": "publication type",
  "summary.findings": "findings",
  "summary.findingsValue": "{look} to look at, {note} to know",
  "summary.signBy": "to be signed by",
  "summary.term": "usable",
  "summary.termValue": "for {minutes} minutes after it was signed; this host's own time, not the usual one",
  "summary.target": "written to",
  "summary.targetValue": "database {database} of host {host}",

  "level.part": "{count} part | {count} parts",
  "level.chapter": "{count} chapter | {count} chapters",
  "level.section": "{count} section | {count} sections",
  "level.subsection": "{count} subsection | {count} subsections",
  "level.article": "{count} article | {count} articles",
  "level.clause": "{count} clause | {count} clauses",
  "level.point": "{count} point | {count} points",
  "level.annex": "{count} annex | {count} annexes",
  "level.principle": "{count} principle | {count} principles",
  "level.other": "{count} of type {level}",
  "unit.part": "part",
  "unit.chapter": "chapter",
  "unit.section": "section",
  "unit.subsection": "subsection",
  "unit.article": "article",
  "unit.clause": "clause",
  "unit.point": "point",
  "unit.annex": "annex",
  "unit.principle": "principle",

  "superseded.heading": "What becomes of the enacted text",
  "superseded.intro":
    "Article by article against {document}, version {version}. Its digests are the host's word; the run compares them with the rows before it writes.",
  "superseded.none": "No article differs.",
  "superseded.title": "a new version of {document}, whose enacted text stays as it is",
  "superseded.compared": "compared text",
  "superseded.units": "{count} unit, {digest} | {count} units, {digest}",
  "superseded.version": "of version",
  "superseded.elsewhere": "(not cut by a run of this database)",
  "fate.same": "same",
  "fate.changed": "changed",
  "fate.new": "new",
  "fate.gone": "gone",
  "fate.movedTo": ", its text is {place} now",
  "fate.movedFrom": ", the text of {place} before",

  "verdict.heading": "What the second principal saw",
  "verdict.pass": "The verifier read every row again on a connection of its own: it agrees.",
  "verdict.none": "This request carries no verdict.",
  "verdict.units": "units read again",
  "verdict.bytes": "bytes rebuilt from the database and equal to the text",
  "verdict.ledger": "ledger rows",
  "verdict.checks": "checks that hold",
  "verdict.digest": "digest of all it saw",

  "findings.heading": "Findings",
  "findings.none": "None.",
  "findings.look": "look at it",
  "findings.note": "know it",
  "findings.line": "line {line}",
  "findings.host": "the host says of its database",
  "findings.hostSays": "the host says",
  "findings.more":
    "{count} more of the host are not shown; they stand in findings.json of the bundle. | {count} more of the host are not shown; they stand in findings.json of the bundle.",

  "changes.heading": "Compared with {name}",
  "changes.none": "The texts are equal, byte by byte.",
  "changes.lineEnds":
    "The words are equal; only bytes that are not shown differ, as line ends or a mark at the beginning.",
  "changes.count": "{count} unit differs. | {count} units differ.",
  "changes.outside":
    "Text outside the units differs in {count} place. | Text outside the units differs in {count} places.",
  "changes.copy": "Your own copy is another text than the one you are asked to sign. Do not sign before you know why.",
  "changes.whole": "The texts differ in so many lines that they are shown one after the other.",
  "changes.legend": "Marked so: words that are new, words that are gone.",
  "changes.added": "new",
  "changes.removed": "gone",

  "law.heading": "The law",
  "law.outside": "stands outside the units; it is not written",
  "law.outsideRegion": "stands outside the part of the file that is cut; it is not written",
  "law.heading.body": "The heading is the whole text of this unit.",
  "law.line": "line {line}",
  "law.read": "read",
  "law.readLabel": "I have read {address}",
  "law.blank": "blank lines",

  "database.heading": "What else is in the database",
  "database.intro":
    "As the host tells it: {count} document with {units} units. None of them may change by this run. | As the host tells it: {count} documents with {units} units. None of them may change by this run.",
  "database.document": "document",
  "database.units": "units",
  "database.count": "{count} unit | {count} units",
  "database.updated": "last changed",
  "database.more": "{count} more document is not shown. | {count} more documents are not shown.",

  "rehearsal.heading": "The rehearsal",
  "rehearsal.intro":
    "The host did all of it before, in databases restored from this run's own backup, with {count} unit: | The host did all of it before, in databases restored from this run's own backup, with {count} units:",
  "rehearsal.cut_verified_enacted_closed": "cut, verified, enacted and closed",
  "rehearsal.reverted_after_leg_b": "rolled back after the ledger was written",
  "rehearsal.cut_again_after_revert": "cut again after the rollback",
  "rehearsal.reverted_after_leg_a": "rolled back after the units were written",
  "rehearsal.every_other_row_unchanged": "every other row stood as before",
  "rehearsal.together":
    "together with {count} other documents of its wave, one after the other in the same copies: {documents}",
  "rehearsal.rows": "{effect}: {rows} rows in {tables} tables",
  "effect.cut_leg_a": "cut leg a",
  "effect.leg_b_record": "leg b record",
  "effect.lifecycle_enact": "lifecycle enact",
  "effect.write_verify": "write verify",
  "effect.revert_ledger": "revert ledger",
  "effect.revert": "revert",
  "backup.heading": "The backup",
  "backup.policy":
    "{tables} tables are backed up, sealed for the key {recipient}, at most {minutes} minutes before the first write.",
  "backup.proof":
    "Backup {attempt} of this run was restored into a server of its own and compared row by row: {rows} rows in {tables} tables.",
  "backup.context": "{tables} tables beside them are held too, so that the restored database is whole.",
  "backup.keys": "Left out, because no dump carries them: {keys}.",

  "digests.heading": "What the signature covers",
  "digests.intro": "Each line is covered. A digest is a fingerprint: one changed letter gives another.",
  "digests.sg1": "The SG_1 it rests on",
  "digests.together": "all of it together",
  "digests.field": "field",
  "digests.means": "what it is",
  "digests.value": "value",
  "digests.unknown": "a value of the host",

  "field.payload_sha": "fingerprint of all lines of this table together; its last six digits are what you type",
  "field.run_id": "the run this signature is for, and no other",
  "field.document_id": "the document in the register",
  "field.source_version_id": "the registered version of its text",
  "field.region_sha": "the bytes of the text that is cut; computed here",
  "field.manifest_digest": "how the text is divided into units; computed here",
  "field.writer_digest": "every row that will be written; computed here",
  "field.candidate_count": "how many units; counted here",
  "field.target": "the only database this may be written to",
  "field.backup_policy": "which tables are backed up, for whose key, how old the backup may be",
  "field.grant_matrix_sha": "the rights in the database; the host's word",
  "field.release_digest": "the program that writes; the host's word",
  "field.approvers_sha": "the set of people who may sign; compared with the set your profile pins",
  "field.config_sha": "the host's configuration; the host's word",
  "field.journal_head": "the run's journal up to its plan; its chain was walked here",
  "field.previous_closeout_sha": "the host's history of runs; its chain was walked here",
  "field.sg1_payload_sha": "the first signature this one rests on; compared here",
  "field.backup": "the proven backup; found here among the receipts",
  "field.rehearsal_digest": "the rehearsal told above; found here in the journal",
  "field.after": "what the wave before of this batch came to; computed here from the documents named above",
  "field.environment_hash":
    "functions, triggers and rights in the database; the host's word, compared again before every write",
  "field.observed_digest": "all rows the second principal saw; enactment stops when they have changed",
  "field.review_decision_id": "the entry in the ledger that the enactment makes",
  "field.failed_phase": "where the run was torn",
  "field.decision": "what you decide",
  "field.committed": "what the run had recorded when it was torn",

  // The screen of a terminal and its questions.
  "ask.title": "{person}, you are asked to sign {gate} for run {run}",
  "ask.page": "the whole law, to be read in a browser",
  "ask.moreArticles": "… {count} more articles stand on the page",
  "ask.moreFindings": "… {count} more of the text stand on the page",
  "ask.moreHost": "… {count} more of the host stand on the page",
  "ask.moreDocuments": "… {count} more stand on the page",
  "ask.pager": "Enter when you have read it; p and Enter to read the units here:",
  "ask.noPager": "no pager was found here; set PAGER, or read the page",
  "ask.words": "type the first word of the text of {address}: | type the first {count} words of the text of {address}:",
  "ask.digits": "type the last six digits of payload_sha, the last line above:",
  "ask.again": "that is another answer; {count} try left | that is another answer; {count} tries left",
  "ask.signed": "signed and verified: {file}",
  "ask.operator": "with its .sig, for the operator: {command}",

  "wave.title": "{person}, you are asked to sign {gate} for {count} documents",
  "wave.of": "wave {wave} of batch {batch}",
  "wave.units": "{count} units",
  "wave.bytes": "{count} bytes",
  "wave.findings": "{count} findings",
  "wave.documents": "documents",
  "wave.all": "units in all",
  "wave.digest": "the wave's digest",
  "wave.left": "left out, unsigned",
  "wave.pages": "each document is signed by a statement of its own; each in full:",
  "wave.askDocuments": "type the number of documents:",
  "wave.askUnits": "type the number of units in all:",
  "wave.askDigits": "type the last six digits of the wave's digest, which stands above:",
  "wave.signed": "signed and verified: {count} statements of {gate}, each with its .sig",
  "wave.operator": "for the operator: {command}",
  "wave.passphrase":
    "type the passphrase of your key for these {count} signatures; it is not shown (Enter alone: your agent asks for each):",
  "wave.askedByAgent": "your gpg-agent asks at each of the {count} signatures",
  "wave.askedByCard": "your card is asked at each of the {count} signatures",
  "wave.titleRefuse": "{person}, you are about to refuse {gate} of {count} documents",
  "wave.reason": "why",
  "wave.refusing": "you refuse this: {reason}",
  "wave.final": "each document's run ends by a revocation of its own; nothing takes one back",
  "wave.refused": "signed and verified: {count} revocations, each with its .sig",
} as const;

/** A key of the table. */
export type PageKey = keyof typeof ENGLISH;

/**
 * A language: a word for every key. Of a language other than English also `kinds`, what the code of a finding means, because findings
 * are English and part of what is signed, and `count`, the words of the second count of headings.
 */
export type PageWords = Readonly<Record<PageKey, string>> & {
  readonly kinds?: Readonly<Record<string, string>>;
  readonly count?: CountWords;
};

/** The words of a key with its values in it; `count`, where there is one, chooses the form. */
export function said(words: PageWords, key: PageKey, values: Readonly<Record<string, string | number>> = {}): string {
  const forms = words[key].split(" | ");
  const { count } = values;
  const form = count === 1 ? forms[0] : forms.at(-1);
  return (form ?? "").replaceAll(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** Whether a word from outside is a key. */
export const isPageKey = (key: string): key is PageKey => Object.hasOwn(ENGLISH, key);

type AskedGate = Extract<PageKey, `does.${string}`> extends `does.${infer Gate}` ? Gate : never;
const asked = (gate: string): AskedGate =>
  gate === "EXECUTION" || gate === "SG_2_lifecycle_authz" || gate === "SG_3_failure_escalation"
    ? gate
    : "SG_1_cut_authz";

/** The sentence that says what a signature of this gate does. */
export const doesKey = (gate: string): PageKey => `does.${asked(gate)}`;

/** The sentence that says whether it can be undone. */
export const thenKey = (gate: string): PageKey => `then.${asked(gate)}`;
