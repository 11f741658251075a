// On a host of several machines: state files of runs that another machine opened, carried on or closed, written here from the records.
import { isRunId, type RunId } from "../model/ids.ts";
import type { RowOf } from "../model/rows.ts";
import type { StateJson } from "../model/state.ts";
import { Stopped } from "../model/stop.ts";
import { parseState } from "../rules/run-state.ts";
import type { World } from "../world.ts";
import { projection } from "./projection.ts";

/** What is compared of an open run: another process's epoch, or a state that this file does not tell. */
type Compared = Pick<RowOf<"read/open-runs">, "state" | "last_stop" | "epoch">;

/**
 * Whether a state file tells of a time before these records; `records` undefined: the run is closed. A COMMIT whose answer was lost is
 * known to the file alone, until another process has carried the run on.
 */
export function isOlder(file: StateJson | undefined, records: Compared | undefined): boolean {
  if (file === undefined) return true;
  if (file.closed !== null) return false;
  if (records === undefined || file.lease.epoch !== records.epoch) return true;
  return file.state !== "ambiguous" && (file.state !== records.state || file.last_stop !== records.last_stop);
}

/** Writes the files that are missing here or older than the records, of the open runs and of those that lie here as open ones. */
export async function writeOlderStates(world: World, lying: readonly RunId[]): Promise<void> {
  const { host } = world.config;
  const rows = await world.database.read("exec", (reader) => reader.query("read/open-runs", { host }));
  const open = new Map(rows.map((row) => [row.run_id, row]));
  for (const runId of new Set([...lying, ...[...open.keys()].filter((id) => isRunId(id))])) {
    const records = open.get(runId);
    if (isOlder(await stateHere(world, runId), records)) await writeState(world, runId);
  }
}

/** The same of one run, also of a closed one that never lay here. */
export async function writeOlderState(world: World, runId: RunId): Promise<void> {
  const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
  if (!row) return;
  const epoch = row.lease_run_id === runId ? row.epoch : null;
  const records = row.closed === null ? { state: row.state, last_stop: row.last_stop, epoch } : undefined;
  if (isOlder(await stateHere(world, runId), records)) await writeState(world, runId);
}

async function writeState(world: World, runId: string): Promise<void> {
  const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
  if (row) await projection(world).project(runId, null, null);
}

/** A file that is damaged tells nothing and is written anew. */
async function stateHere({ files }: World, runId: RunId): Promise<StateJson | undefined> {
  const bytes = await files.readRun(runId, "state.json");
  try {
    return bytes && parseState(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}
