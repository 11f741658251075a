// THE CONTRACT of what is printed with --json: one schema for each event and each answer, on the host and on the workstation.
// Whoever prints takes the types alone; whoever reads parses. A host may be a release ahead: members that are not named here
// are left out by a reader, and sets of words that may grow (states, stop codes) are read as text.
import * as z from "zod";
import { all, count, counts, event, maybe, text, texts, words } from "./answer-shapes.ts";
import { drillPackageSchema, drillRecordSchema } from "./drill.ts";
import { pointSchema } from "./point.ts";
import { BUNDLE_FILES, BUNDLE_NAME } from "./request-files.ts";
import { sha } from "./sha-schema.ts";
import { stateSchema } from "./state.ts";
import { WORKSTATION_ANSWERS } from "./workstation-answers.ts";

const finding = z.object({ code: text, line: count, text });
/** How something ended badly. `code` is of the stop table, or BUG, which is no stop. `next` and `or` are commands to paste. */
const stopAnswer = z.object({
  ...texts("code", "saw", "wanted", "hint"),
  ...maybe("next", "or"),
  details: words,
});
export type StopJson = z.infer<typeof stopAnswer>;

/** The last word of a run's process and of a command; `exit` is the exit status, `stop` null when it ended well. */
export const endedEvent = event("ended", { exit: z.int(), stop: stopAnswer.nullable() });
export type Ended = z.infer<typeof endedEvent>;

/** A signature is asked for: `bundle` is the folder of the request on the host. */
const requestEvent = event("request", { gate: text, bundle: text, payload_sha: sha, approve_by: text });

/** What a run says while it works. `seconds` is the phase's own time; ids and digests in full; never a secret, never row content. */
const runEvent = z.discriminatedUnion("event", [
  event("opened", { run_id: text, document_id: text }),
  event("phase", {
    phase: text,
    status: z.enum(["started", "passed", "recorded"]),
    seconds: z.number().optional(),
    rows: z.number().optional(),
    invariants: text.optional(),
  }),
  event("progress", { phase: text, done: count, of: count, what: text }),
  event("finding", { text }),
  event("waiting", { what: text, seconds: z.number() }),
  event("state", { state: text }),
  requestEvent,
  event("report", { file: text }),
  endedEvent,
]);
export type RunEvent = z.infer<typeof runEvent>;

/** Who said an event of a run, and when: as it stands in events.ndjson. */
export const spokenEvent = z.object({ at: text, pid: z.int() }).and(runEvent);
export type SpokenEvent = z.infer<typeof spokenEvent>;

/** An event as a follower hears it; `position` is the byte behind it, from where one whose line broke goes on. */
const followedEvent = z.object({ run_id: text, position: count }).and(spokenEvent);
export type FollowedEvent = z.infer<typeof followedEvent>;

/** Which process of a run is followed, and from which byte of its events. */
const attachedEvent = event("attached", { run_id: text, pid: z.int(), position: count });

/**
 * Where a run stands. Times are UTC text; `safe_until` null with `safe_to_leave` true means without limit; `deadline_of` is what
 * ends at the deadline; `as_of` is the time of the state file this rests on, `now` the time it was judged.
 */
export const statusAnswer = z.object({
  schema_version: z.literal("1"),
  ...texts("run_id", "document_id", "actor", "host", "state"),
  ...maybe("last_stop"),
  ...texts("committed", "committed_text"),
  ...maybe("waiting_for", "deadline", "deadline_of"),
  safe_to_leave: z.boolean(),
  ...maybe("safe_until"),
  ...texts("safe_text"),
  ...maybe("next", "or", "call"),
  halted: words,
  ...maybe("holder", "holder_until", "closed"),
  ...texts("as_of", "now"),
  /** Where the run's newest report lies as a page on the host; told of one run that was asked for by its id. */
  page: text.optional(),
});
export type StatusJson = z.infer<typeof statusAnswer>;

/** One admitted statement as exact bytes, base64; `used_phase` null while no effect has used it. */
export const admittedStatementEvent = event("admitted", {
  ...texts("gate", "person", "fingerprint", "admitted_at", "statement", "signature"),
  ...maybe("used_phase", "used_at"),
});

/** A statement the gate has just admitted. */
const admittedNowEvent = event("admitted", { gate: text, run_id: text, person: text, payload_sha: sha, use_by: text });

/**
 * A look at a host's files, again and again while somebody watches; statuses and events that are new stand before it. `signers`: who may
 * still sign what. Times are UTC; `backup_at` and `drill_at` null when there is none; `unseen`: what could not be looked at.
 */
export const watchedEvent = event("watched", {
  ...texts("host", "at"),
  halts: z
    .array(z.object({ run_id: text.nullable(), at: text, by: text.nullable(), reason: text.nullable() }))
    .readonly(),
  signers: z.array(z.object({ ...texts("run_id", "gate", "until"), persons: words })).readonly(),
  ...maybe("backup_at", "drill_at"),
  backup_days: count,
  unseen: words,
});
export type WatchedAnswer = z.infer<typeof watchedEvent>;

/** When a backup was last taken and last restored outside the host, beside the statuses of all runs; null when it never was. */
export const shelfEvent = event("shelf", maybe("backup_at", "drill_at"));

/** One statement of a run as the workstation judged it; `good` false with the reason. */
const approvalEvent = event("approval", {
  ...texts("gate", "run_id", "person", "fingerprint", "payload_sha", "signed_utc"),
  ...maybe("used_phase", "used_at", "reason"),
  good: z.boolean(),
});
/** The judgement without the name of its event. */
export type Approval = Omit<z.infer<typeof approvalEvent>, "event">;

/**
 * A piece of a file of a request bundle on its way: `size` and `sha256` are the whole file's, `data` is base64 of the bytes from `offset`
 * on. A host of an older release names no run; it sends one run's.
 */
export const bundleFileEvent = event("file", {
  run_id: text.exactOptional(),
  bundle: text.regex(BUNDLE_NAME),
  name: z.enum(BUNDLE_FILES),
  sha256: sha,
  ...counts("size", "offset"),
  data: z.base64(),
});
export type BundleFile = z.infer<typeof bundleFileEvent>;

/** What a finished run promised, looked at again. */
const verifiedEvent = event("verified", {
  ...texts("run_id", "state"),
  units: count,
  ...all(words, "checks", "findings"),
  summary_sha: sha,
  page: text.optional(),
});
export type Verified = z.infer<typeof verifiedEvent>;

const fates = counts("same", "changed", "new", "gone");
const comparedCounts = z.object({ document_id: text, ...fates });
/** What a cut would sign; no run was opened. */
const plannedEvent = event("planned", {
  ...texts("document_id", "source_version_id"),
  ...all(sha, "region_sha", "manifest_digest", "writer_digest"),
  ...counts("coverage_bytes", "units"),
  by_section_type: z.record(text, count),
  completeness: text.optional(),
  findings: z.array(finding).readonly(),
  /** Hints in force, each as a line of a hints file. */
  hints: words.optional(),
  /** Of a new version: what became of the articles of the enacted text. */
  compared: comparedCounts.optional(),
});

/** A unit as it stands, by its digests, and the end of such a list. */
export const standingUnitEvent = event("standing_unit", {
  ...texts("address", "lifecycle_status"),
  ...all(sha, "title_sha", "content_hash"),
});
export const standingEvent = event("standing", {
  ...texts("document_id"),
  ...maybe("source_version_id"),
  ...counts("units"),
});

/** One point of a checklist: doctor, precheck, names and readiness. */
const pointEvent = event("point", pointSchema.shape);

/** A document that the host's reporter took. */
export const deliveredEvent = event("delivered", texts("file"));

/** What a restore outside the host needs, and a drill that was recorded. */
export const receiptEvent = event("receipt", { package: drillPackageSchema });
export const drillEvent = event("drill", drillRecordSchema.shape);

const backupAnswer = {
  ...all(sha, "sha256", "content_digests_sha", "proof_sha"),
  ...texts("gpg_fpr", "artifact_ref"),
  ...counts("size_bytes", "tables", "rows"),
};
const backupRunEvent = event("backup_run", backupAnswer);
/** A proven backup, under the names that callers of the existing backup program know. */
export type BackupAnswer = Omit<z.infer<typeof backupRunEvent>, "event">;

const byteSpan = counts("byte_start", "byte_end");
const intakeUnit = z.object({
  ...texts("address", "title", "body", "section_type"),
  ...counts("title_start", "title_end", "body_start", "body_end"),
  ...byteSpan,
  ...maybe("parent"),
  content_hash: sha,
  ...all(text.optional(), "level", "number", "eid"),
});
/** The second count of a law's headings, and a place that has to be settled. */
const completeness = z.object({
  series: z.array(z.object({ kind: text, numbers: words, missing: z.array(count).readonly() })).readonly(),
  elsewhere: z.array(z.object({ ...texts("kind", "number", "where"), line: count })).readonly(),
  summary: text,
});
/** A text against an older or enacted one, article by article; `was` where the same text stands in the other one. */
const comparedText = z.object({
  ...texts("document"),
  compared_sha: sha,
  ...fates,
  articles: z
    .array(z.object({ place: text, fate: z.enum(["same", "changed", "new", "gone"]), was: text.optional() }))
    .readonly(),
});
const refusedPlace = { line: count, reason: text, hint: text.optional() };
/** What a document would become, or why it is refused; offsets are bytes from the start of the file. */
const intakeAnswer = z.union([
  z.object({
    region: z.object(byteSpan),
    units: z.array(intakeUnit).readonly(),
    separators: z.array(z.object(byteSpan)).readonly(),
    ...all(sha, "manifest_digest", "writer_digest"),
    findings: z.array(finding).readonly(),
    completeness: completeness.optional(),
    compared: comparedText.optional(),
  }),
  z.object({
    stop: z.object({ ...refusedPlace, code: text, places: z.array(z.object(refusedPlace)).readonly().optional() }),
  }),
]);
export type IntakeJson = z.infer<typeof intakeAnswer>;

/** One line of the stop table. */
const stopTableAnswer = z.object({ code: text, exit: z.int(), title: text, hint: text, call: text });

/** The text made of a document of another kind, what of it to compare by eye, and the command that goes on with it. */
const convertedAnswer = z.object({
  converted: z.object({
    from: z.object({ ...texts("file", "name"), sha256: sha }),
    to: z.object({ file: text, sha256: sha }),
    compare: words,
  }),
  next: text,
});
/** What needs attention on a host; `open`: ids of open runs, `drift`: the last look from this clone. */
const attentionEvent = event("attention", {
  stack: text,
  open: words,
  drift: z.object({ at: text, differences: count }).nullable(),
  next: text,
});
/** A stop explained. */
const stopPageAnswer = z.object({
  ...texts("code", "title", "hint", "call", "cause", "example"),
  exit: count,
  ways: words,
});
/**
 * One batch as it stands: `next` a command to paste; times are UTC. `per_minute` and `minutes_left` by the pace of this database's last
 * runs, without the time people need; null before the first. `throttle`: goes_on, or why it holds back.
 */
export const batchEvent = event("batch", {
  ...texts("batch_id", "state", "host", "opened"),
  ...maybe("stopped", "close_kind", "close_reason", "next"),
  ...counts("documents", "enacted", "quarantined", "wave"),
  backup_minutes_left: z.int().nullable(),
  per_minute: z.number().nullable(),
  minutes_left: count.nullable(),
  throttle: text,
});
export type BatchAnswer = z.infer<typeof batchEvent>;

/**
 * One wave of a batch, as many documents as have come so far: each number counts those that are further too. Minutes are of machines
 * alone; `backup_minutes_left` of the oldest backup of those that wait to be written.
 */
export const batchWaveEvent = event("batch_wave", {
  batch_id: text,
  ...counts("wave", "documents", "planned", "signed", "written", "verified", "enacted", "quarantined"),
  per_minute: z.number().nullable(),
  minutes_left: count.nullable(),
  backup_minutes_left: count.nullable(),
  ...maybe("outcome_digest"),
});
export type BatchWaveAnswer = z.infer<typeof batchWaveEvent>;

/** One document of a batch. */
export const batchMemberEvent = event("batch_member", {
  ...texts("batch_id", "document_id", "standing"),
  ...maybe("run_id", "last_stop", "reason"),
  wave: count,
  units: count.nullable(),
  backup_minutes_left: count.nullable(),
});
export type BatchMemberAnswer = z.infer<typeof batchMemberEvent>;

/**
 * A machine that moves runs of this database, or is to. `silent`: what it holds may be taken over; `doing`: run ids, or batch for its
 * worker; of a silent one the runs it had and nobody has taken since. Null: not heard of in the last hour.
 */
export const machineEvent = event("machine", {
  machine: text,
  ...maybe("last_beat"),
  seconds_ago: count.nullable(),
  silent: z.boolean(),
  doing: words,
});
export type MachineAnswer = z.infer<typeof machineEvent>;
/** Where the page of a closed batch lies now. */
const batchPageEvent = event("batch_page", texts("batch_id", "file"));

/** Everything that is printed with --json, an event or an answer a line. */
export const printed = z.union([
  followedEvent,
  attachedEvent,
  watchedEvent,
  shelfEvent,
  endedEvent,
  statusAnswer,
  admittedStatementEvent,
  admittedNowEvent,
  approvalEvent,
  bundleFileEvent,
  verifiedEvent,
  plannedEvent,
  standingUnitEvent,
  standingEvent,
  pointEvent,
  event("next", maybe("command")),
  event("evidence", { ...texts("what", "saw"), holds: z.boolean().nullable() }),
  receiptEvent,
  drillEvent,
  event("drilled", drillRecordSchema.shape),
  event("drilled", { run_id: text, tables: count, rows: count }),
  backupRunEvent,
  deliveredEvent,
  event("backup_selftest", backupAnswer),
  event("backup", {
    id: text,
    kind: text,
    file: text,
    size_bytes: count,
    at: text,
    run_id: text.nullable(),
    run: text,
  }),
  event("backup_verified", { id: text, file: text }),
  event("backup_deleted", { id: text, file: text }),
  event("halted", { halt_id: text, run_id: text.nullable(), acknowledged: z.boolean() }),
  event("not_verified", { ...texts("document_id", "run_id"), stop: stopAnswer }),
  event("unhalted", { reach: text, halt_ids: words }),
  event("journal_verified", { run_id: text, entries: count, head: text.nullable() }),
  event("told", { ...texts("channel", "to", "kind", "result"), ...maybe("reason") }),
  event("fetched", { run_id: text, bundle: text }),
  event("board", { link: text, port: count }),
  event("report_page", { page: text }),
  event("page", { run_id: text, gate: text, page: text }),
  event("signed", texts("gate", "run_id", "person", "payload_sha", "nonce", "statement", "signature", "next")),
  event("state", stateSchema.shape),
  batchEvent,
  batchWaveEvent,
  batchMemberEvent,
  machineEvent,
  batchPageEvent,
  z.object({
    document_id: text,
    source_version_id: text,
    units: count,
    region_sha: sha,
    compared: comparedCounts.optional(),
  }),
  intakeAnswer,
  stopTableAnswer,
  convertedAnswer,
  attentionEvent,
  stopPageAnswer,
  ...WORKSTATION_ANSWERS,
]);
export type Printed = z.infer<typeof printed>;
