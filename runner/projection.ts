// After each step: state.json and journal.ndjson follow the database, reports go out. Nothing here decides anything.
import type { RunWatcher } from "./engine.ts";
import { canonicalText, type Json } from "./model/canonical.ts";
import { sourcePinOutput } from "./model/outputs.ts";
import { PHASES, type RecordedPhase } from "./model/run.ts";
import { finalReport } from "./reports/final-report.ts";
import { phaseReport } from "./reports/phase-report.ts";
import type { Report, ReportedRun } from "./reports/report-head.ts";
import { requestReport, type AskedRequest } from "./reports/request-report.ts";
import { JOURNAL_START } from "./rules/journal.ts";
import { parseState, stateJson, stateText, type StateFacts } from "./rules/run-state.ts";
import type { StoppedJson, World } from "./world.ts";

/** Projections of one process's work on one run: it knows the requests it wrote and what each phase proves. */
export interface Projection extends RunWatcher {
  project(runId: string, stop: StoppedJson | null): Promise<void>;
}

/** The watcher of one process. Stops as the files and the reporter do (STOP_COULD_NOT_LOOK, STOP_KB_UPLOAD_FAILED). */
export function projection(world: World): Projection {
  const asked: AskedRequest[] = [];
  const proves: Partial<Record<RecordedPhase, readonly string[]>> = {};
  const project = async (runId: string, stop: StoppedJson | null): Promise<Rows> => {
    const rows = await rowsOf(world, runId);
    const before = await world.files.readRun(runId, "state.json");
    const state: StateFacts = {
      ...rows, revision: before ? parseState(Buffer.from(before).toString("utf8")).revision + 1 : 1, proves, phase_cap_seconds: world.config.caps.phase_minutes * 60, now: rows.run.now,
      requests: asked.map(({ request, bundle }) => ({ gate: request.gate, bundle, payload_sha: request.payload_sha, approve_by: request.approve_by })),
      last_error: stop ? { stop_code: stop.code, message: stop.saw, phase: null } : null,
    };
    await world.files.writeRun(runId, "state.json", stateText(stateJson(state)));
    await world.files.writeRun(runId, "journal.ndjson", rows.journal.map((entry) => `${canonicalText(entry)}\n`).join(""));
    return rows;
  };
  return {
    project: async (runId, stop) => void (await project(runId, stop)),
    step: async (run, phase, names) => {
      proves[phase] = names;
      await deliverPhase(world, await project(run.row.run_id, null), phase, proves);
    },
    requested: async (run, request, bundle) => {
      asked.push({ request, bundle });
      const rows = await rowsOf(world, run.row.run_id);
      const pause = request.gate === "SG_2_lifecycle_authz" ? "lifecycle" : "cut";
      const ofPause = asked.filter((item) => (item.request.gate === "SG_2_lifecycle_authz") === (pause === "lifecycle"));
      await deliver(world, rows, requestReport({ run: reported(world, rows), pause, asked: ofPause }));
    },
  };
}

type Rows = Awaited<ReturnType<typeof rowsOf>>;

async function rowsOf(world: World, runId: string) {
  return world.database.read("exec", async (reader) => ({
    run: await reader.one("read/run", [runId]), phases: await reader.query("read/phases-done", [runId]), admissions: await reader.query("read/admissions", [runId]),
    halts: await reader.query("read/halts", [runId]), receipts: await reader.query("read/receipts", [runId]),
    journal: (await reader.query("read/journal", [runId])).map((row): Json => ({ run_id: runId, seq: row.seq, prev_sha: row.prev_sha, entry: row.entry as Json, entry_sha: row.entry_sha })),
    head: (await reader.query("read/journal-tail", [runId]))[0]?.entry_sha ?? JOURNAL_START,
  }));
}

async function deliverPhase(world: World, rows: Rows, phase: RecordedPhase, proves: Partial<Record<RecordedPhase, readonly string[]>>): Promise<void> {
  const record = rows.phases.find((row) => row.phase === phase);
  if (!record) return;
  const run = reported(world, rows);
  await deliver(world, rows, phaseReport({ run, phase, record, proves: proves[phase] ?? [], receipts: rows.receipts, admissions: rows.admissions }));
  if (phase === PHASES.at(-1)) {
    // The head of phase 11's entry: what is journalled after it, the closing, must not change a delivered report.
    await deliver(world, rows, finalReport({ run, phases: rows.phases, proves, receipts: rows.receipts, admissions: rows.admissions, journal_head: headAfter(rows, phase) }));
  }
}

function headAfter(rows: Rows, phase: RecordedPhase): string {
  const entry = rows.journal.find((item) => isEntryOf(item, phase));
  return typeof entry === "object" && entry !== null && "entry_sha" in entry ? String(entry["entry_sha"]) : rows.head;
}

function isEntryOf(item: Json, phase: RecordedPhase): boolean {
  const entry = typeof item === "object" && item !== null && "entry" in item ? item["entry"] : null;
  return typeof entry === "object" && entry !== null && "phase" in entry && entry["phase"] === phase;
}

async function deliver(world: World, rows: Rows, report: Report): Promise<void> {
  const pinned = rows.phases.find((row) => row.phase === "source_pin");
  if (!pinned) return;
  const folder = sourcePinOutput.parse(pinned.output).report_folder;
  await world.reporter.deliver(folder, report.file, report.markdown);
  world.events.emit({ event: "report", file: `${folder}/${report.file}` });
}

function reported(world: World, { run }: Rows): ReportedRun {
  const { name, system_identifier } = world.config.database;
  return { run_id: run.run_id, document_id: run.document_id, host: run.host, actor: run.actor, release: run.release, opened: run.opened, database: { name, system_identifier } };
}
