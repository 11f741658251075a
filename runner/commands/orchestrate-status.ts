// `status`: files only, so that it answers when everything else is busy or down. A run that only another machine of this host worked at has
// no file here: it is written from the records once it is asked for.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import type { Config } from "../model/config.ts";
import { isRunId, runIdOf, type RunId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { parseState } from "../rules/run-state.ts";
import type { StatusJson } from "../model/events.ts";
import { statusFromState } from "../rules/status.ts";
import { statusText } from "../terminal/status-text.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { newestBackup, newestDrill } from "../adapters/host-sight.ts";
import { newestReportPage } from "../adapters/report-page.ts";
import { runFiles } from "../adapters/run-files.ts";
import { holderIsGone } from "../adapters/run-process.ts";
import { printJson } from "../terminal/print-json.ts";

/** With an id: that run. Without: every open run, and the closed ones in one line each. */
export async function showStatus(common: Common, id: string | undefined): Promise<number> {
  const { config } = await loadConfig(common.config);
  const root = config.orchestrator.runtime_root;
  const ids = id === undefined ? await runIds(root) : [runIdOf(id)];
  if (id !== undefined && config.machines !== undefined) await writtenFromRecords(common, config, runIdOf(id));
  const unread: string[] = [];
  const known = (
    await Promise.all(
      ids.map((runId) =>
        statusOfRun(config.orchestrator, runId).catch((error: unknown) => {
          // One run that cannot be read hides no other.
          if (!(error instanceof Stopped) || id !== undefined) throw error;
          unread.push(`${runId}: ${error.facts.saw}`);
          return undefined;
        }),
      ),
    )
  ).filter((status) => status !== undefined);
  if (id !== undefined && known.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no state of ${id} on this host`,
      wanted: "the id of a run of this host",
      hint: "look for it among the runs of this host",
      next: "cutter orchestrate status",
    });
  for (const found of known) {
    const status = id === undefined ? found : await withPage(config, found);
    if (common.json) printJson(status);
    else if (id !== undefined || status.closed === null) process.stdout.write(`${statusText(status)}\n`);
    else process.stdout.write(`${status.run_id}  ${status.document_id}  ${status.state}  closed ${status.closed}\n`);
  }
  if (common.json && id === undefined) await tellShelf(root);
  if (unread.length > 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${unread.length} of ${ids.length} runs cannot be read; the others are shown`,
      wanted: "a state.json of this release in the folder of every run",
      hint: "the database knows where these runs stand; `cutter orchestrate status` of one id tells what is wrong with its file",
      details: unread.sort().slice(0, MOST_UNREAD),
    });
  if (known.length === 0) process.stderr.write("no runs on this host\n");
  return 0;
}

/** Where a person reads what was done; what cannot be looked at is no reason to say nothing of the run. */
async function withPage(config: Config, status: StatusJson): Promise<StatusJson> {
  const page = await newestReportPage(config, runIdOf(status.run_id)).catch(() => undefined);
  return page === undefined ? status : { ...status, page };
}

/** A workstation reminds of old drills with the same answer; where that cannot be read it asks for them and is told why. */
async function tellShelf(root: string): Promise<void> {
  const [backup, drill] = await Promise.allSettled([newestBackup(root), newestDrill(root)]);
  if (backup.status === "rejected" || drill.status === "rejected") return;
  const text = (at: Date | null): string | null => at?.toISOString() ?? null;
  printJson({ event: "shelf", backup_at: text(backup.value), drill_at: text(drill.value) });
}

const MOST_UNREAD = 50;

/** The state file of a run of another machine, unless one lies here. Where the records cannot be asked there is none to tell of. */
async function writtenFromRecords(common: Common, { orchestrator }: Config, runId: RunId): Promise<void> {
  const files = runFiles(orchestrator.runtime_root, orchestrator.global_locks_dir);
  if (await files.readRun(runId, "state.json")) return;
  const [{ makeWorld }, { projection }] = await Promise.all([
    import("../wire.ts"),
    import("../aftermath/projection.ts"),
  ]);
  const world = await makeWorld(common.config);
  const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
  if (row) await projection(world).project(runId, null, null);
}

async function statusOfRun(places: Config["orchestrator"], runId: string): Promise<StatusJson | undefined> {
  const files = runFiles(places.runtime_root, places.global_locks_dir);
  const bytes = await files.readRun(runId, "state.json");
  if (!bytes) return undefined;
  const state = parseState(Buffer.from(bytes).toString("utf8"));
  return statusFromState(state, new Date(), {
    haltFile: await files.haltFile(runId),
    holderAlive: state.lease.holder === null ? undefined : !holderIsGone(state.lease.holder),
  });
}

async function runIds(root: string): Promise<string[]> {
  try {
    return (await readdir(join(root, "runs"))).filter(isRunId).sort().reverse();
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${root}/runs cannot be read`, wanted: "the runtime root of this host" },
      error,
    );
  }
}
