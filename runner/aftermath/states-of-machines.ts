// On a host of several machines: state files of runs that another machine opened, carried on or closed, written here from the records.
import { isRunId, type RunId } from "../model/ids.ts";
import type { RowOf } from "../model/rows.ts";
import type { StateJson } from "../model/state.ts";
import type { World } from "../world.ts";
import { projection, stateBefore } from "./projection.ts";

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
  const open = await world.database.read("exec", (reader) => reader.query("read/open-runs", { host }));
  for (const row of open) if (isRunId(row.run_id)) await writeWhereOlder(world, row.run_id, row);
  for (const runId of lying)
    if (!open.some(({ run_id }) => run_id === runId) && isOlder(await stateBefore(world, runId), undefined))
      await writeOlderState(world, runId);
}

/** The same of one run, also of a closed one that never lay here. */
export async function writeOlderState(world: World, runId: RunId): Promise<void> {
  const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
  if (!row) return;
  const epoch = row.lease_run_id === runId ? row.epoch : null;
  const records = row.closed === null ? { state: row.state, last_stop: row.last_stop, epoch } : undefined;
  await writeWhereOlder(world, runId, records);
}

async function writeWhereOlder(world: World, runId: RunId, records: Compared | undefined): Promise<void> {
  if (isOlder(await stateBefore(world, runId), records)) await projection(world).project(runId, null, null);
}
