// Documents that other runs of the cutter changed, by their own records: they are no strangers' work.
import { countedEffect } from "../rules/rehearsed-changes.ts";
import { changedByRecords } from "../rules/changed-content.ts";
import type { BaselineRow } from "../model/outputs.ts";
import type { World } from "../world.ts";

/** Those of `rows` whose newest change lies inside a recorded writing phase of a run of their own. */
export async function recordedDocuments(
  world: Pick<World, "database">,
  runId: string,
  rows: readonly BaselineRow[],
): Promise<ReadonlySet<string>> {
  const effects = await world.database.read("exec", (reader) =>
    reader.query("read/effects-of-others", { run_id: runId }),
  );
  return changedByRecords(
    rows,
    effects.map(({ phase, with_ledger, ...row }) => ({ ...row, effect: countedEffect(phase, () => with_ledger) })),
  );
}
