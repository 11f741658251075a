// Puts the legs that may be done into the scheduler's queues. It is asked after every leg, at the start of a worker and by people; asked
// twice it does nothing a second time.
import { legPrefix, type BatchId, type LegName } from "../model/batch.ts";
import { nextLegs } from "../rules/batch-progress.ts";
import type { LegQueueClient } from "../world/scheduler.ts";
import type { World } from "../world.ts";
import { batchRecord } from "./records.ts";

/** `asked`: a person asked; `ending`: id of the leg that is being ended, which holds nothing up. */
export interface QueueOptions {
  readonly asked?: boolean;
  readonly ending?: string;
}

/** Tries that come by themselves; after that a person has to ask. */
const MOST_TRIES = 20;

/** Answers the legs that were put in. */
export async function queueNext(
  world: Pick<World, "database">,
  client: LegQueueClient,
  batchId: BatchId,
  options: QueueOptions = {},
): Promise<readonly LegName[]> {
  const { facts, members } = await batchRecord(world, batchId);
  const order = new Map(members.map(({ document_id, ordinal }) => [document_id, ordinal]));
  const put: LegName[] = [];
  for (const leg of nextLegs(facts, options.asked ?? false))
    if (await queueLeg(client, leg, { ...options, priority: order.get(leg.what) ?? 0 })) put.push(leg);
  return put;
}

/** False when the leg waits or is worked at already, or was tried so often that a person has to ask for it. */
export async function queueLeg(
  client: LegQueueClient,
  leg: LegName,
  options: QueueOptions & { readonly priority: number; readonly delay?: number },
): Promise<boolean> {
  const tries = await client.legs(legPrefix(leg));
  const busy = tries.some(({ id, state }) => id !== options.ending && (state === "queued" || state === "working"));
  if (busy || (tries.length >= MOST_TRIES && options.asked !== true)) return false;
  await client.enqueue([
    {
      id: `${legPrefix(leg)}${tries.length}`,
      queue: leg.kind === "plan" ? "plan" : "write",
      priority: options.priority,
      ...(options.delay === undefined ? {} : { delay: options.delay }),
    },
  ]);
  return true;
}
