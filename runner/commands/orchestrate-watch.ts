// `orchestrate watch`: what a board shows of this host, told as it changes: statuses of runs, their events, halts, who may sign, the age of
// backups and drills. Reads files only, so that it answers when the database does not.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Common } from "./call-options.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { haltsOf, newestBackup, newestDrill, reasonOf } from "../adapters/host-sight.ts";
import { pinnedApprovers } from "../adapters/pinned-host.ts";
import { eventsLength, eventsSince } from "../adapters/run-events.ts";
import { runFiles } from "../adapters/run-files.ts";
import { holderIsGone } from "../adapters/run-process.ts";
import type { ApproverSet } from "../model/approvers.ts";
import type { Config } from "../model/config.ts";
import type { StatusJson, WatchedAnswer } from "../model/events.ts";
import { isRunId } from "../model/ids.ts";
import { BACKUP_DAYS } from "../model/notification-config.ts";
import type { StateJson } from "../model/state.ts";
import { signersOf, type SeenHalt } from "../rules/notices.ts";
import { parseState } from "../rules/run-state.ts";
import { pendingOf, statusFromState } from "../rules/status.ts";
import { printJson } from "../terminal/print-json.ts";

const TURN_MILLISECONDS = 2_000;
/** Backups, drills and the approver set change rarely: every so many turns. */
const SHELF_TURNS = 15;
/** Of a run that was open before: the events in this many last bytes of its file. */
const EARLIER_BYTES = 16 * 1024;

/** What is remembered of a run from one turn to the next. */
interface Known {
  readonly stamp: string;
  readonly state: StateJson | undefined;
  readonly told: string;
  readonly position: number | undefined;
}

/** What stands on the shelves of the host, and who is of its approver set. */
type Shelf = Pick<WatchedAnswer, "backup_at" | "drill_at"> & {
  readonly persons: ApproverSet["persons"];
  readonly unseen: readonly string[];
};

/** Goes on until its reader goes away. */
export async function watch(common: Common): Promise<number> {
  const { config } = await loadConfig(common.config);
  const known = new Map<string, Known>();
  let shelf: Shelf | undefined;
  for (let turn = 0; ; turn += 1) {
    if (shelf === undefined || turn % SHELF_TURNS === 0) shelf = await shelfOf(config);
    const unseen = [...shelf.unseen];
    await tellRuns(config, known, unseen);
    const now = new Date();
    printJson({
      event: "watched",
      host: config.host,
      at: now.toISOString(),
      halts: await orElse(unseen, "the halt files", [], async () =>
        (await haltsOf(config.orchestrator.global_locks_dir)).map(toldHalt),
      ),
      signers: signersNow(known, shelf, now),
      backup_at: shelf.backup_at,
      drill_at: shelf.drill_at,
      backup_days: config.notifications?.backup_days ?? BACKUP_DAYS,
      unseen,
    });
    await sleep(TURN_MILLISECONDS);
  }
}

async function orElse<T>(unseen: string[], what: string, otherwise: T, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    unseen.push(`${what}: ${reasonOf(error)}`);
    return otherwise;
  }
}

async function shelfOf(config: Config): Promise<Shelf> {
  const root = config.orchestrator.runtime_root;
  const unseen: string[] = [];
  const timeOf = async (what: string, look: () => Promise<Date | null>): Promise<string | null> =>
    (await orElse(unseen, what, null, look))?.toISOString() ?? null;
  return {
    backup_at: await timeOf("the backups", () => newestBackup(root)),
    drill_at: await timeOf("the restore drills", () => newestDrill(root)),
    persons: await orElse(unseen, "the approver set", [], async () => (await pinnedApprovers(config)).set().persons),
    unseen,
  };
}

/** Prints every status that is another than before, and the events behind the last one told. */
async function tellRuns(config: Config, known: Map<string, Known>, unseen: string[]): Promise<void> {
  const root = config.orchestrator.runtime_root;
  const names = await orElse(unseen, "the runs", [], async () => (await readdir(join(root, "runs"))).filter(isRunId));
  for (const name of names.sort()) {
    await orElse(unseen, name, undefined, async () => {
      const now = await lookAtRun(config, name, known.get(name));
      if (now) known.set(name, now);
    });
  }
}

async function lookAtRun(config: Config, runId: string, before: Known | undefined): Promise<Known | undefined> {
  const { runtime_root: root, global_locks_dir: locks } = config.orchestrator;
  const file = await stat(join(root, "runs", runId, "state.json")).catch(() => undefined);
  const stamp = file === undefined ? "" : `${file.ino} ${file.size} ${file.mtimeMs}`;
  // A closed run says nothing new until its file is another one.
  if (before?.stamp === stamp && typeof before.state?.closed === "string") return before;
  const files = runFiles(root, locks);
  const bytes = before?.stamp === stamp ? undefined : await files.readRun(runId, "state.json");
  const state = bytes === undefined ? before?.state : parseState(Buffer.from(bytes).toString("utf8"));
  const told = state === undefined ? "" : tellStatus(state, await files.haltFile(runId), before?.told ?? "");
  const open = state === undefined || state.closed === null || before?.state?.closed === null;
  return { stamp, state, told, position: open ? tellEvents(root, runId, before?.position) : undefined };
}

/** Prints the status when something but the time of the look has changed; answers what it said. */
function tellStatus(state: StateJson, haltFile: string | undefined, before: string): string {
  const status: StatusJson = statusFromState(state, new Date(), {
    haltFile,
    holderAlive: state.lease.holder === null ? undefined : !holderIsGone(state.lease.holder),
  });
  const said = JSON.stringify({ ...status, now: "" });
  if (said !== before) printJson(status);
  return said;
}

/** Prints what was said since; a run that is seen for the first time tells its last words only. */
function tellEvents(root: string, runId: string, before: number | undefined): number {
  let from = before ?? Math.max(0, eventsLength(root, runId) - EARLIER_BYTES);
  for (;;) {
    const { events, position } = eventsSince(root, runId, from);
    events.forEach(printJson);
    if (position === from) return position;
    from = position;
  }
}

const toldHalt = ({ run_id, laid, said }: SeenHalt): WatchedAnswer["halts"][number] => ({
  run_id,
  at: said?.at ?? laid.toISOString(),
  by: said?.actor ?? null,
  reason: said?.reason ?? null,
});

const signersNow = (known: ReadonlyMap<string, Known>, shelf: Shelf, now: Date): WatchedAnswer["signers"] =>
  [...known.values()].flatMap(({ state }) =>
    state === undefined || state.closed !== null || state.halts.length > 0
      ? []
      : pendingOf(state, now).map(({ gate, approve_by }) => ({
          run_id: state.run_id,
          gate,
          until: approve_by,
          persons: signersOf(shelf, state, gate),
        })),
  );
