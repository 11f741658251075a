// Files of batches, and the telling of people, without a worker: after a person halted or closed one, and when one is asked about.
import type { Common } from "./call-options.ts";
import { startTelling } from "../adapters/run-process.ts";
import { projectBatch } from "../batch/answers.ts";
import { BatchFiles } from "../batch/projections.ts";
import { isBatchId, type BatchId } from "../model/batch.ts";
import { messageOf } from "../model/error-text.ts";
import type { RowOf } from "../model/rows.ts";
import type { World } from "../world.ts";

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function tell(common: Common, { config }: World): void {
  if (config.notifications !== undefined) startTelling(config.orchestrator.runtime_root, common.config);
}

/** Never fails what was done already. */
export async function tellOfBatch(common: Common, world: World, id: BatchId): Promise<void> {
  try {
    await projectBatch(world, id, undefined);
    tell(common, world);
  } catch (error) {
    say(`nobody could be told of ${id}: ${messageOf(error)}`);
  }
}

/** The page of each closed batch that has none here, and its state where this machine told of it. */
export async function settleClosed(
  common: Common,
  world: World,
  batches: readonly Pick<RowOf<"read/batches">, "batch_id" | "closed">[],
): Promise<void> {
  const files = new BatchFiles(world, say);
  let changed = false;
  for (const { batch_id, closed } of batches)
    if (closed !== null && isBatchId(batch_id)) changed = (await files.settle(batch_id)) || changed;
  if (changed) tell(common, world);
}
