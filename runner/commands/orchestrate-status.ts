// `status`: files only, so that it answers when everything else is busy or down. On a host of several machines a file may be older than
// what another one did since, or lie on that one alone: there it is written from the records first.
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
  const asked = id === undefined ? undefined : runIdOf(id);
  if (config.machines !== undefined) await writtenFromRecords(common, root, asked);
  const ids = asked === undefined ? await runIds(root) : [asked];
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

/** Of the machines of a host each may have carried a run on: files that are older than the records are written anew. */
async function writtenFromRecords(common: Common, root: string, id: RunId | undefined): Promise<void> {
  const [{ makeWorld }, { writeOlderState, writeOlderStates }] = await Promise.all([
    import("../wire.ts"),
    import("../aftermath/states-of-machines.ts"),
  ]);
  const lying = await runIds(root);
  try {
    const world = await makeWorld(common.config);
    await (id === undefined ? writeOlderStates(world, lying) : writeOlderState(world, id));
  } catch (error) {
    // What lies here is told all the same; it answers when everything else is busy or down.
    if (!(error instanceof Stopped) || (id !== undefined && !lying.includes(id))) throw error;
    process.stderr.write(
      `not held against the records, another machine may have gone on: ${error.code}: ${error.facts.saw}\n`,
    );
  }
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

async function runIds(root: string): Promise<RunId[]> {
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
