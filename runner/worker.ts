// What the detached process does: take the run's lease, carry it as far as it may go, say how it ended.
import { insistCuttable, type AskedTarget } from "./looks/cuttable.ts";
import { ask } from "./looks/one-statement.ts";
import { cut } from "./cut.ts";
import { closeRun, completeIndex, indexClosedRun, snapshotCounts } from "./aftermath/closing.ts";
import { Run } from "./engine.ts";
import type { StopJson } from "./model/events.ts";
import { hintLine, hintsOf, type AskedGrammar } from "./model/grammar-request.ts";
import type { DocumentId, RunId } from "./model/ids.ts";
import { cutplanOutput, legBOutput, sourcePinOutput, type GrammarChoice } from "./model/outputs.ts";
import { messageOf, stackOf } from "./model/error-text.ts";
import { stopOfError } from "./model/system-fault.ts";
import { RUN_STATES, type RecordedPhase } from "./model/run.ts";
import { Stopped, EXIT_BUG } from "./model/stop.ts";
import type { Recorded } from "./phase.ts";
import { insistDecided, insistWhole, withRequest } from "./aftermath/escalation.ts";
import { orderRevert } from "./aftermath/revert-order.ts";
import { rehearse } from "./rehearsal.ts";
import { registeredGrammar } from "./looks/registered-version.ts";
import { recordedIn } from "./looks/run-record.ts";
import { revertRun } from "./phases/revert.ts";
import type { Projection } from "./aftermath/projection.ts";
import { newVersionHint } from "./rules/supersession.ts";
import { stopJson } from "./terminal/stop-text.ts";
import type { World } from "./world.ts";
import type { RehearsalGround } from "./world/stage.ts";
import type * as z from "zod";

/** The process that works: its name on the lease, and whether another holder is known to be gone. */
export interface Holder {
  readonly name: string;
  readonly isGone: (holder: string | null) => boolean;
}

/** All a worker needs: the world, where a run is rehearsed, its name on the lease, and what follows its steps. */
export interface Work {
  readonly world: World;
  readonly ground: RehearsalGround;
  readonly holder: Holder;
  readonly projection: Projection;
}

/** A document that a person asked for, and how it is to be read. */
export interface AskedDocument extends AskedTarget {
  readonly grammar: AskedGrammar;
}

/** Opens a run of a registered document and carries it to its first pause. */
export async function workCut(work: Work, runId: RunId, document: string, asked: AskedGrammar): Promise<number> {
  let opened: Opened | undefined;
  return carry(
    work,
    async () => (opened = await openRun(work, runId, { document, grammar: asked })).run,
    async (run) => {
      if (opened) await finishCut(work, run, opened.grammar);
    },
  );
}

/** A run whose row was just made. */
export interface Opened {
  readonly run: Run;
  readonly grammar: GrammarChoice;
}

/** Unknown, protected and enacted documents are refused before any row of ours exists. */
export async function openRun(work: Work, runId: RunId, asked: AskedDocument): Promise<Opened> {
  const { document } = asked;
  const { config, here, database, events, files } = work.world;
  const { source_version_id } = await insistCuttable(work.world, asked);
  const grammar = await registeredGrammar(files, source_version_id, asked.grammar, config);
  const { epoch } = await database.transaction("exec", (tx) =>
    tx.one("write/open-run", {
      run_id: runId,
      document_id: document,
      host: config.host,
      actor: here.actor,
      release: here.release_digest,
      holder: work.holder.name,
    }),
  );
  events.emit({ event: "opened", run_id: runId, document_id: document });
  for (const hint of hintsOf(grammar)) events.emit({ event: "finding", text: `hint in force: ${hintLine(hint)}` });
  const run = await runOf(work, runId, epoch);
  await database.transaction("exec", (tx) =>
    run.journal(tx, {
      event: "opened",
      document_id: document,
      actor: here.actor,
      host: config.host,
      release: here.release_digest,
    }),
  );
  return { run, grammar };
}

/** Takes an open run over and carries it on; of a closed one it brings the files and documents to their end. */
export async function workResume(work: Work, runId: RunId): Promise<number> {
  try {
    const known = await rowOf(work, runId);
    if (known?.closed) return await finishFiles(work, runId, known);
  } catch (error) {
    // Whoever follows waits for a last word, whatever happened before the lease was ours.
    return sayEnded(work, ending(error));
  }
  return carry(
    work,
    () => takeOver(work, runId),
    async (run) => {
      const grammar = await pinnedGrammar(work, run);
      await insistWhole(run);
      await finishCut(work, run, grammar);
    },
  );
}

/** The grammar a run pinned with its source. STOP_REFUSED_INPUT when it pinned none before it was interrupted. */
export async function pinnedGrammar(work: Work, run: Run): Promise<GrammarChoice> {
  const runId = run.row.run_id;
  const pinned = await outputOf(work, runId, "source_pin", sourcePinOutput);
  await insistDecided(run, null);
  if (pinned) return pinned.output.grammar;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: "this run pinned no source before it was interrupted",
    wanted: "a run that recorded phase 1",
    hint: "void the run and cut again",
    next: `cutter orchestrate void ${runId} "interrupted before phase 1"`,
  });
}

/** A closed run changes no row any more: its index line, its documents and its projection are completed, as often as it is asked. */
async function finishFiles(
  work: Work,
  runId: RunId,
  { close_kind: kind, document_id: document }: { close_kind: string | null; document_id: string },
): Promise<number> {
  let end: End = DONE;
  try {
    await indexClosedRun(work.world, runId);
    await work.projection.deliverAll(runId);
    await work.projection.project(runId, null, null);
    if (kind !== "closeout") throw closedAs(kind, document);
  } catch (error) {
    end = ending(error);
  }
  return sayEnded(work, end);
}

const closedAs = (kind: string | null, document: string): Stopped =>
  new Stopped("STOP_REPLAY_CONFLICT", {
    saw: `this run was closed as ${kind ?? "?"}`,
    wanted: "an open run",
    hint:
      kind === "closeout"
        ? newVersionHint(document)
        : "there is nothing left to do about this run; its document is free to be cut again",
  });

function refuseEnacted(run: Run, wanted: string): void {
  if (run.has("lifecycle_enact"))
    throw new Stopped("STOP_REPLAY_CONFLICT", {
      saw: "this run is enacted",
      wanted,
      hint: newVersionHint(run.row.document_id),
    });
}

/** Undoes a written, not enacted run and closes it. */
export async function workRevert(work: Work, runId: RunId, reason: string): Promise<number> {
  return carry(
    work,
    () => takeOver(work, runId),
    async (run) => {
      refuseEnacted(run, "a written, not enacted run");
      await insistDecided(run, "compensate");
      if (!run.has("cut_leg_a"))
        throw new Stopped("STOP_REFUSED_INPUT", {
          saw: "this run has written nothing",
          wanted: "a run past leg A",
          hint: "there is nothing to undo; void it instead",
          next: `cutter orchestrate void ${runId} "<reason>"`,
        });
      const plan = await outputOf(work, runId, "cutplan", cutplanOutput);
      if (!plan)
        throw new Stopped("STOP_TORN", { saw: "leg A is recorded without a plan", wanted: "phase 3 recorded" });
      const ledger = await outputOf(work, runId, "leg_b_record", legBOutput);
      await snapshotCounts(work.world, runId, "pre");
      await orderRevert(work.world, runId, reason);
      await run.step(revertRun(plan, ledger), {});
      await snapshotCounts(work.world, runId, "post");
      await closeRun(work.world, run, "reverted", reason);
    },
  );
}

/** Closes a run that has written nothing. */
export async function workVoid(work: Work, runId: RunId, reason: string): Promise<number> {
  return carry(
    work,
    () => takeOver(work, runId),
    async (run) => {
      refuseEnacted(run, "a run that has written nothing");
      await insistDecided(run, "void");
      const decided = (await rowOf(work, runId))?.state === "torn";
      if (!decided) await insistWhole(run);
      if (!decided && run.has("cut_leg_a") && !run.has("revert"))
        throw new Stopped("STOP_REPLAY_CONFLICT", {
          saw: "leg A of this run is committed",
          wanted: "a run that has written nothing",
          next: `cutter orchestrate revert ${runId} "<reason>"`,
        });
      await closeRun(work.world, run, "voided", reason);
    },
  );
}

async function finishCut(work: Work, run: Run, grammar: GrammarChoice): Promise<void> {
  // Taken where the run was begun; on another machine that is too late.
  if (!run.has("cut_leg_a")) await snapshotCounts(work.world, run.row.run_id, "pre");
  await cut(run, grammar, (opened, planned) => rehearse(opened, planned, work.ground));
  await snapshotCounts(work.world, run.row.run_id, "post");
  await closeRun(work.world, run, "closeout", "every phase passed");
}

/** One way in and out for every kind of work: whatever happens, the lease is released, the projection written, the end said. */
export async function carry(work: Work, begin: () => Promise<Run>, flow: (run: Run) => Promise<void>): Promise<number> {
  let run: Run | undefined;
  let stoppedIn: RecordedPhase | null = null;
  let end: End = DONE;
  try {
    run = await begin();
    await flow(run);
  } catch (thrown) {
    stoppedIn = run?.working ?? null;
    const error = run ? await fencedInstead(work, run, thrown) : thrown;
    if (run) await noteStop(work, run, error);
    end = ending(run ? await asked(run, error) : error);
  }
  await work.world.vault.letGo();
  if (run) await leave(work, run, end.stop, stoppedIn);
  return sayEnded(work, end);
}

/** The row of a run of this database; undefined when it has none of this id. */
const rowOf = async (work: Work, runId: RunId) =>
  (await ask(work.world.database, "exec", "read/run", { run_id: runId }))[0];

/** The open run, its lease taken by this process. */
export async function takeOver(work: Work, runId: RunId): Promise<Run> {
  const { database, here } = work.world;
  const row = await rowOf(work, runId);
  if (!row)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no run ${runId}`,
      wanted: "the id of a run of this database",
      next: "cutter orchestrate status",
    });
  if (row.closed) throw closedAs(row.close_kind, row.document_id);
  if (row.release !== here.release_digest)
    throw new Stopped("STOP_DRIFT", {
      saw: `this is release ${here.release_digest.slice(0, 12)}`,
      wanted: `release ${row.release.slice(0, 12)}, with which the run began`,
    });
  const gone = work.holder.isGone(row.holder) ? row.holder : null;
  const { epoch } = await database.transaction("exec", (tx) =>
    tx.one("write/take-lease", { run_id: runId, holder: work.holder.name, gone_holder: gone }),
  );
  return runOf(work, runId, epoch);
}

/** `epoch` is what this process was given: the lease's own, read later, may be that of a process which came in between. */
async function runOf(work: Work, runId: RunId, epoch: string): Promise<Run> {
  const { row, done } = await work.world.database.read("exec", async (reader) => ({
    row: await reader.one("read/run", { run_id: runId }),
    done: await reader.query("read/phases-done", { run_id: runId }),
  }));
  await completeIndex(work.world, runId);
  const { release, opened, actor } = row;
  return new Run({
    row: { run_id: runId, document_id: row.document_id as DocumentId, release, opened, actor, epoch },
    world: work.world,
    holder: work.holder.name,
    done,
    after: work.projection,
  });
}

async function outputOf<O>(
  work: Work,
  runId: RunId,
  phase: Recorded<O>["phase"],
  schema: z.ZodType<O>,
): Promise<Recorded<O> | undefined> {
  return recordedIn(await ask(work.world.database, "exec", "read/phases-done", { run_id: runId }), phase, schema);
}

/** How work ended: the exit status, and the stop unless it ended well. */
interface End {
  readonly exit: number;
  readonly stop: StopJson | null;
}
const DONE: End = { exit: 0, stop: null };

function ending(error: unknown): End {
  const stopped = stopOfError(error);
  if (stopped) return { exit: stopped.exit, stop: stopJson(stopped) };
  note(stackOf(error));
  const hint = "send runner.log of this run with your report";
  const stop = { code: "BUG", saw: messageOf(error), wanted: "no bug", hint, next: null, or: null, details: [] };
  return { exit: EXIT_BUG, stop };
}

function sayEnded(work: Work, end: End): number {
  work.world.events.emit({ event: "ended", ...end });
  return end.exit;
}

/** A line of runner.log, for whoever looks into what happened here. */
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * STOP_FENCED in place of what was thrown, once another process carries the run: whoever slept compares what it read before with what the
 * other wrote since, and calls that torn or drifted. A COMMIT of which nobody knows the end stays what it is.
 */
async function fencedInstead(work: Work, run: Run, thrown: unknown): Promise<unknown> {
  if (thrown instanceof Stopped && (thrown.code === "STOP_FENCED" || thrown.code === "STOP_AMBIGUOUS")) return thrown;
  const epoch = await rowOf(work, run.row.run_id).then(
    (row) => row?.epoch ?? null,
    () => null,
  );
  if (epoch === null || epoch === run.epoch) return thrown;
  note(`what this process saw while another one carried the run on: ${messageOf(thrown)}`);
  return new Stopped(
    "STOP_FENCED",
    {
      saw: `epoch ${epoch} of the lease is another process's`,
      wanted: `epoch ${run.epoch}, which this process held`,
    },
    thrown,
  );
}

/** A torn run asks for its decision; failing to ask never hides the stop itself. */
async function asked(run: Run, error: unknown): Promise<unknown> {
  if (!(error instanceof Stopped) || (error.code !== "STOP_TORN" && error.code !== "STOP_SG_3_REQUIRED")) return error;
  return withRequest(run, error).catch((reason: unknown) => {
    note(`the escalation could not be asked for: ${messageOf(reason)}`);
    return error;
  });
}

/** Notes the stop on the run row where we still hold it; failing to note never hides the stop itself. */
async function noteStop(work: Work, run: Run, error: unknown): Promise<void> {
  const code = error instanceof Stopped ? error.code : "BUG";
  try {
    const row = await rowOf(work, run.row.run_id);
    const known = RUN_STATES.find((state) => state === row?.state);
    const state = code === "STOP_TORN" ? "torn" : code === "STOP_AMBIGUOUS" ? "ambiguous" : known;
    if (state && row?.epoch === run.epoch && !row.closed) await run.note(state, code);
  } catch (reason) {
    note(`the stop could not be noted: ${messageOf(reason)}`);
  }
}

async function leave(work: Work, run: Run, stop: StopJson | null, stoppedIn: RecordedPhase | null): Promise<void> {
  const { run_id } = run.row;
  try {
    const row = await rowOf(work, run_id);
    // Another process carries this run now, and its files with it.
    if (row?.epoch !== run.epoch) return;
    if (!row.closed)
      await work.world.database.transaction("exec", (tx) =>
        tx.one("write/release-lease", { run_id, epoch: run.epoch }),
      );
  } catch (reason) {
    // The database is gone: the lease expires by itself, and the next process sees that this one is gone.
    note(`left without releasing the lease: ${messageOf(reason)}`);
    return leaveUnknown(work, run, stop, stoppedIn);
  }
  await work.projection.project(run_id, stop, stoppedIn).catch((reason: unknown) => {
    note(`the lease is released and state.json is as it was before: ${messageOf(reason)}`);
    return leaveUnknown(work, run, stop, stoppedIn);
  });
}

/** The file would still say that nothing is committed, and nobody could ask the database: a person must hear that it is not known. */
async function leaveUnknown(
  work: Work,
  { row: { run_id }, epoch }: Run,
  stop: StopJson | null,
  stoppedIn: RecordedPhase | null,
): Promise<void> {
  if (stop?.code !== "STOP_AMBIGUOUS") return;
  await work.projection
    .unknown({ run_id, epoch }, stop, stoppedIn)
    .catch((error: unknown) => note(`state.json: ${messageOf(error)}`));
}
