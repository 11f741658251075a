// THE REHEARSAL: the same flow, carried to its end and back again in databases restored from this run's backup, before anyone signs. The
// documents of a wave go through the same two copies together.
import { freshReceipt, oneMoreReceipt } from "./fresh-backup.ts";
import type { Planned } from "./gates.ts";
import type { Run } from "./engine.ts";
import { canonicalText, digestOf } from "./model/canonical.ts";
import type { RunId } from "./model/ids.ts";
import { REHEARSED, rehearsalSchema, type CountedEffect, type Rehearsal } from "./model/rehearsal.ts";
import { Stopped, STOPS } from "./model/stop.ts";
import { bothWays, FailedCandidate, type Candidate } from "./rehearsal/both-ways.ts";
import { htmlOf } from "./reports/html.ts";
import { markdownOf } from "./reports/markdown.ts";
import { rehearsalReport } from "./reports/rehearsal-report.ts";
import { loadRunRecord } from "./looks/run-record.ts";
import { judgeCounted, standingRehearsal } from "./rules/rehearsed-changes.ts";
import type { RehearsalGround, RowCounts } from "./world/stage.ts";

const PROVED = [
  "cut_verified_enacted_closed",
  "reverted_after_leg_b",
  "cut_again_after_revert",
  "reverted_after_leg_a",
  "every_other_row_unchanged",
];

/**
 * Rehearses the run unless its journal holds a rehearsal of this plan over this content, and records the facts in the journal. Every
 * stop of the flow, named as met in the rehearsal; STOP_DRIFT when a backup taken for it holds content that no record explains.
 * Production is only read.
 */
export async function rehearse(run: Run, planned: Planned, ground: RehearsalGround): Promise<void> {
  if (run.has("cut_leg_a")) return;
  const failures = await rehearseTogether([{ run, planned }], ground);
  for (const error of failures.values()) throw error;
}

/** A run whose phases 1 to 5 are recorded and whose lease this process holds. */
export interface PlannedRun {
  readonly run: Run;
  readonly planned: Planned;
}

/**
 * Rehearses runs of different documents in the same two copies, in their order, and records the facts in the journal of each. One whose
 * rehearsal stands goes along, and nothing new is recorded of it. A run that fails is left out and the others are rehearsed without it;
 * answers why, by run. Stops as {@link rehearse}, as values; only a failure that no single run is to blame for is every run's.
 */
export async function rehearseTogether(
  all: readonly PlannedRun[],
  ground: RehearsalGround,
): Promise<ReadonlyMap<RunId, unknown>> {
  const failures = new Map<RunId, unknown>();
  const without = async <T extends PlannedRun, U>(some: readonly T[], work: (one: T) => Promise<U>): Promise<U[]> => {
    const done: U[] = [];
    for (const one of some)
      await work(one).then(
        (value) => void done.push(value),
        (error: unknown) => void failures.set(one.run.row.run_id, error),
      );
    return done;
  };
  const subjects = await without(all, subjectOf);
  if (subjects.every(({ standing }) => standing !== undefined)) {
    await without(subjects, async ({ run, standing }) => void (standing && (await keepFiles(run, standing))));
    return failures;
  }
  let left = await without(subjects, (one) => overTheCopy(one, ground));
  for (;;) {
    if (left.every(({ standing }) => standing !== undefined)) return failures;
    const failed = await tryOut(left, ground);
    if (failed === undefined) break;
    for (const { run } of left)
      if (failed.runId === undefined || failed.runId === run.row.run_id)
        failures.set(run.row.run_id, inRehearsal(failed.reason));
    left = left.filter(({ run }) => !failures.has(run.row.run_id));
  }
  await without(left, (one) => (one.standing === undefined ? keep(one, left) : Promise.resolve()));
  return failures;
}

/** What is rehearsed: whose plan over which content; `standing`: the rehearsal of it that the journal holds. */
interface Subject extends Candidate {
  readonly counts: Recorder;
  readonly of: { readonly run_id: RunId; readonly writer_digest: string; readonly content_digests_sha: string };
  readonly standing: Rehearsal | undefined;
}

async function subjectOf({ run, planned }: PlannedRun): Promise<Subject> {
  const { content_digests_sha } = await freshReceipt(run, planned);
  const of = { run_id: run.row.run_id, writer_digest: planned.plan.output.writer_digest, content_digests_sha };
  const record = await run.world.database.read("exec", (reader) => loadRunRecord(reader, run.row, run.world));
  const counts = recorder(planned.plan.output.candidate_count);
  return { run, planned, counts, of, standing: standingRehearsal(record.journal, of) };
}

/** The copy that is there, or that of one more backup, holds the content of the run's newest receipt. */
async function overTheCopy(subject: Subject, ground: RehearsalGround): Promise<Subject> {
  const { run, planned, of } = subject;
  if (ground.content() === of.content_digests_sha) return subject;
  const { content_digests_sha } = await oneMoreReceipt(run, planned);
  const standing = content_digests_sha === of.content_digests_sha ? subject.standing : undefined;
  return { ...subject, of: { ...of, content_digests_sha }, standing };
}

/** Undefined when both ways passed. */
async function tryOut(
  left: readonly Subject[],
  ground: RehearsalGround,
): Promise<{ readonly runId: RunId | undefined; readonly reason: unknown } | undefined> {
  const say = (done: number, what: string): void => {
    for (const { run } of left) run.world.events.emit({ event: "progress", phase: "rehearsal", done, of: 2, what });
  };
  const many = left.length > 1 ? `${left.length} documents, ` : "";
  say(0, `${many}in two restored copies: cut, verify and enact; cut, revert and cut again`);
  // Counted anew in every round: a round that failed may have counted half.
  for (const { counts } of left) counts.seen.clear();
  try {
    await bothWays(left, ground);
  } catch (error) {
    if (error instanceof FailedCandidate) return error;
    return { runId: undefined, reason: error };
  }
  say(2, "both passed, and every other row stands as it was");
  return undefined;
}

async function keep({ run, planned, of, counts }: Subject, left: readonly Subject[]): Promise<void> {
  const others = left.filter((one) => one.run !== run);
  const together = others.map((other) => ({
    document_id: other.run.row.document_id,
    run_id: other.of.run_id,
    writer_digest: other.of.writer_digest,
  }));
  const facts = rehearsalSchema.parse({
    version: "1",
    ...of,
    units: planned.plan.output.candidate_count,
    proved: PROVED,
    ...(together.length === 0 ? {} : { together }),
    counts: Object.fromEntries(counts.seen),
  });
  await run.world.database.transaction("exec", (tx) => run.journal(tx, { event: REHEARSED, rehearsal: facts }));
  await keepFiles(run, facts);
}

/** Projections of the journal entry, for people. */
async function keepFiles(run: Run, facts: Rehearsal): Promise<void> {
  await run.world.files.writeRun(run.row.run_id, "rehearsal.json", canonicalText(facts));
  const report = rehearsalReport(facts, digestOf(facts));
  await run.world.files.writeRun(run.row.run_id, "rehearsal.md", markdownOf(report));
  await run.world.files.writeRun(run.row.run_id, "rehearsal.html", htmlOf(report));
  run.world.events.emit({ event: "report", file: `runs/${run.row.run_id}/rehearsal.md` });
}

interface Recorder extends RowCounts {
  readonly seen: Map<CountedEffect, Rehearsal["counts"][CountedEffect]>;
}

function recorder(units: number): Recorder {
  const seen: Recorder["seen"] = new Map();
  return {
    seen,
    judge: (_reader, { effect }, changes) => {
      // The same effect twice, before and after a revert, must count the same.
      const before = seen.get(effect);
      if (before !== undefined && digestOf(before) !== digestOf(changes)) {
        return Promise.resolve({
          code: "STOP_INVARIANT_FAILED",
          facts: {
            saw: `${effect} changed other numbers of rows the second time`,
            wanted: "the same counts every time",
          },
        });
      }
      seen.set(effect, changes);
      return Promise.resolve(judgeCounted(effect, units, changes));
    },
  };
}

/** Codes about a person's signature or about who holds a run would say something untrue about the run itself. */
function inRehearsal(error: unknown): unknown {
  if (!(error instanceof Stopped)) return error;
  const { code, facts } = error;
  const own =
    code === "STOP_HALTED" ||
    ![3, 4, 10].includes(STOPS[code].exit) ||
    ["STOP_REFUSED_INPUT", "STOP_TARGET_POLICY", "STOP_PRECHECK_FAILED", "STOP_DOCUMENT_UNKNOWN"].includes(code);
  return new Stopped(
    own ? code : "STOP_INVARIANT_FAILED",
    {
      ...facts,
      saw: `in the rehearsal: ${own ? "" : `${code}: `}${facts.saw}`,
      hint: "nothing was signed and nothing is written: mend what is named, void this run and cut again",
    },
    error,
  );
}
