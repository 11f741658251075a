// After each step: state.json and journal.ndjson follow the database, reports go out. Nothing here decides anything.
import type { RunWatcher } from "../engine.ts";
import { canonicalText, type Json } from "../model/canonical.ts";
import { cutplanOutput, markOutput, sourcePinOutput } from "../model/outputs.ts";
import { INVARIANTS } from "../model/invariants.ts";
import { ASKED_IN, PHASES, type Gate, type RecordedPhase } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { htmlOf } from "../reports/html.ts";
import { markdownOf } from "../reports/markdown.ts";
import { finalReport } from "../reports/final-report.ts";
import { phaseReport } from "../reports/phase-report.ts";
import type { Report, ReportedRun } from "../reports/report-head.ts";
import { requestReport, type AskedRequest, type Pause } from "../reports/request-report.ts";
import { newestRequest } from "./request-bundle.ts";
import { REVOKED_RUN } from "../looks/halted.ts";
import { chainOf, recordedIn } from "../looks/run-record.ts";
import { JOURNAL_START } from "../rules/journal.ts";
import { ambiguousState, knownPhase, parseState, stateJson, stateText, type StateFacts } from "../rules/run-state.ts";
import type { StopJson } from "../model/events.ts";
import type { StateJson } from "../model/state.ts";
import type { World } from "../world.ts";

/** Everything that follows a run's records; made again by any process it is the same. */
export interface Projection extends RunWatcher {
  /** state.json and journal.ndjson; `phase` is the one the run stopped in. */
  project(runId: string, stop: StopJson | null, phase: RecordedPhase | null): Promise<void>;
  /** The same where nothing of the run was tried: how its last try ended stays. Nothing for a run that has no state file yet. */
  again(runId: string): Promise<void>;
  /** state.json alone, without the database: the answer to COMMIT of `phase` was lost. Nothing when another epoch wrote the file. */
  unknown(
    run: { readonly run_id: string; readonly epoch: string },
    stop: StopJson,
    phase: RecordedPhase | null,
  ): Promise<void>;
  /** Every document of a run once more: what was delivered stays as it is, what is missing goes out. */
  deliverAll(runId: string): Promise<void>;
}

const PAUSES = {
  cut: ASKED_IN.awaiting_cut_authorization,
  lifecycle: ASKED_IN.awaiting_lifecycle_authorization,
} as const satisfies Record<Pause, readonly Gate[]>;

/** The projection of a world. Stops as the files and the reporter do (STOP_COULD_NOT_LOOK, STOP_KB_UPLOAD_FAILED). */
export function projection(world: World): Projection {
  // A run is often looked at phase by phase when nothing was written since: files that say it already are not written again.
  let told: { readonly of: string; readonly rows: Rows } | undefined;
  const delivered = new Set<string>();
  return {
    project: async (runId, stop, phase) =>
      void (await project(world, runId, stop ? { stop_code: stop.code, message: stop.saw, phase } : null)),
    again: async (runId) => {
      const before = await stateBefore(world, runId);
      if (before) await project(world, runId, before.last_error);
    },
    unknown: async ({ run_id, epoch }, stop, phase) => {
      const bytes = await world.files.readRun(run_id, "state.json");
      const before = bytes ? parseState(Buffer.from(bytes).toString("utf8")) : undefined;
      if (!before || before.lease.epoch !== epoch) return;
      await world.files.writeRun(
        run_id,
        "state.json",
        stateText(ambiguousState(before, { stop_code: stop.code, message: stop.saw, phase }, new Date())),
      );
    },
    step: async (run, phase) => {
      const { run_id } = run.row;
      const of = `${run_id} ${run.epoch} ${run.recorded}`;
      if (told?.of !== of) told = { of, rows: await project(world, run_id, null) };
      if (delivered.has(`${run_id} ${phase}`)) return;
      await deliverPhase(world, told.rows, phase);
      delivered.add(`${run_id} ${phase}`);
    },
    requested: async (run, gate) =>
      deliverPause(world, await rowsOf(world, run.row.run_id), gate === "SG_2_lifecycle_authz" ? "lifecycle" : "cut"),
    deliverAll: async (runId) => {
      const rows = await rowsOf(world, runId);
      for (const { phase } of rows.phases) await deliverPhase(world, rows, knownPhase(phase));
      for (const pause of ["cut", "lifecycle"] as const) await deliverPause(world, rows, pause);
    },
  };
}

async function project(world: World, runId: string, error: StateFacts["last_error"]): Promise<Rows> {
  const rows = await rowsOf(world, runId);
  const requests = (
    await Promise.all([...PAUSES.cut, ...PAUSES.lifecycle].map((gate) => askedFor(world, runId, gate)))
  ).filter((asked) => asked !== undefined);
  const state: StateFacts = {
    ...rows,
    revision: ((await stateBefore(world, runId))?.revision ?? 0) + 1,
    proves: INVARIANTS,
    phase_cap_seconds: world.config.caps.phase_minutes * 60,
    now: rows.run.now,
    // A revoked run asks nobody any more, whatever bundles lie there.
    requests: (rows.revoked ? [] : requests).map(({ request, bundle }) => ({
      gate: request.gate,
      bundle,
      payload_sha: request.payload_sha,
      approve_by: request.approve_by,
    })),
    last_error: error,
  };
  await world.files.writeRun(runId, "state.json", stateText(stateJson(state)));
  await world.files.writeRun(
    runId,
    "journal.ndjson",
    rows.journal.map((entry) => `${canonicalText(entry)}\n`).join(""),
  );
  return rows;
}

/** A file that is gone or damaged is only a projection: it is written anew and counts from one again. */
export async function stateBefore({ files }: Pick<World, "files">, runId: string): Promise<StateJson | undefined> {
  const bytes = await files.readRun(runId, "state.json");
  try {
    return bytes && parseState(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

async function askedFor(world: World, runId: string, gate: Gate): Promise<AskedRequest | undefined> {
  const newest = await newestRequest(world.files, runId, gate);
  return newest && { request: newest.request, bundle: `${world.files.root}/runs/${runId}/${newest.folder}` };
}

type Rows = Awaited<ReturnType<typeof rowsOf>>;

async function rowsOf(world: World, runId: string) {
  return world.database.read("exec", async (reader) => ({
    run: await reader.one("read/run", { run_id: runId }),
    phases: await reader.query("read/phases-done", { run_id: runId }),
    admissions: await reader.query("read/admissions", { run_id: runId }),
    halts: await reader.query("read/halts", { run_id: runId }),
    receipts: await reader.query("read/receipts", { run_id: runId }),
    revoked: (await reader.query("read/orders", { run_id: runId })).some((order) => order.kind === REVOKED_RUN),
    journal: chainOf(runId, await reader.query("read/journal", { run_id: runId })),
    head: (await reader.query("read/journal-tail", { run_id: runId }))[0]?.entry_sha ?? JOURNAL_START,
  }));
}

/** The newest request of every gate of a pause, also of one that is signed already: people see both papers, never one alone. */
async function deliverPause(world: World, rows: Rows, pause: Pause): Promise<void> {
  const asked = (await Promise.all(PAUSES[pause].map((gate) => askedFor(world, rows.run.run_id, gate)))).filter(
    (item) => item !== undefined,
  );
  if (asked.length > 0)
    await deliver(
      world,
      rows,
      requestReport({
        run: reported(world, rows),
        pause,
        asked,
        completeness: recordedIn(rows.phases, "mark", markOutput)?.output.completeness,
        compared: recordedIn(rows.phases, "cutplan", cutplanOutput)?.output.compared,
      }),
    );
}

async function deliverPhase(world: World, rows: Rows, phase: RecordedPhase): Promise<void> {
  const record = rows.phases.find((row) => row.phase === phase);
  if (!record) return;
  const run = reported(world, rows);
  await deliver(
    world,
    rows,
    phaseReport({
      run,
      phase,
      record,
      proves: INVARIANTS[phase],
      receipts: rows.receipts,
      admissions: rows.admissions,
    }),
  );
  if (phase === PHASES.at(-1)) {
    // The head of phase 11's entry: what is journalled after it, the closing, must not change a delivered report.
    await deliver(
      world,
      rows,
      finalReport({
        run,
        phases: rows.phases,
        proves: INVARIANTS,
        receipts: rows.receipts,
        admissions: rows.admissions,
        journal_head: headAfter(rows, phase),
      }),
    );
  }
}

function headAfter(rows: Rows, phase: RecordedPhase): string {
  return rows.journal.find(({ entry }) => isEntryOf(entry, phase))?.entry_sha ?? rows.head;
}

const isEntryOf = (entry: Json, phase: RecordedPhase): boolean =>
  typeof entry === "object" && entry !== null && "phase" in entry && entry["phase"] === phase;

async function deliver(world: World, rows: Rows, report: Report): Promise<void> {
  const pinned = rows.phases.find((row) => row.phase === "source_pin");
  if (!pinned) return;
  const folder = sourcePinOutput.parse(pinned.output).report_folder;
  const { name, document } = report;
  await world.reporter.deliver(folder, `${name}.md`, markdownOf(document));
  if (world.reporter.takesPages) await world.reporter.deliver(folder, `${name}.html`, htmlOf(document));
  world.events.emit({ event: "report", file: `${folder}/${name}.md` });
}

function reported(world: World, { run }: Rows): ReportedRun {
  const { name, system_identifier } = world.config.database;
  return {
    run_id: run.run_id,
    document_id: run.document_id,
    host: run.host,
    actor: run.actor,
    release: run.release,
    opened: run.opened,
    database: { name, system_identifier },
  };
}
