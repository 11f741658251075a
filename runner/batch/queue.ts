// Puts the legs that may be done into the scheduler's queues. It is asked after every leg, at the start of a worker and by people; asked
// twice it does nothing a second time.
import { legPrefix, type BatchId, type LegName } from "../model/batch.ts";
import { nextLegs } from "../rules/batch-progress.ts";
import type { LegQueueClient, LegStanding } from "../world/scheduler.ts";
import type { World } from "../world.ts";
import { batchRecord } from "./records.ts";

/** `asked`: a person asked; `ending`: id of the leg that is being ended, which holds nothing up. */
export interface QueueOptions {
  readonly asked?: boolean;
  readonly ending?: string;
}

/** Tries that come by themselves; after that a person has to ask. */
const MOST_TRIES = 20;

/** Answers the legs that were put in. The scheduler is asked once, however many documents wait. */
export async function queueNext(
  world: Pick<World, "database">,
  client: LegQueueClient,
  batchId: BatchId,
  options: QueueOptions = {},
): Promise<readonly LegName[]> {
  const { facts, members, isReadable } = await batchRecord(world, batchId);
  if (!isReadable) return [];
  const next = nextLegs(facts, options.asked ?? false);
  if (next.length === 0) return [];
  const order = new Map(members.map(({ document_id, ordinal }) => [document_id, ordinal]));
  const known = await client.legs(`${batchId}/`);
  const put: LegName[] = [];
  for (const leg of next) {
    const tries = known.filter(({ id }) => id.startsWith(legPrefix(leg)));
    if (await putUnlessBusy(client, leg, tries, { ...options, priority: order.get(leg.what) ?? 0 })) put.push(leg);
  }
  return put;
}

type Put = QueueOptions & { readonly priority: number; readonly delay?: number };

/** False when the leg waits or is worked at already, or was tried so often that a person has to ask for it. */
export const queueLeg = async (client: LegQueueClient, leg: LegName, options: Put): Promise<boolean> =>
  putUnlessBusy(client, leg, await client.legs(legPrefix(leg)), options);

/** `tries` as they stood a moment ago: whoever put the same try in meanwhile has given it the same id, and an id is handed out once. */
async function putUnlessBusy(
  client: LegQueueClient,
  leg: LegName,
  tries: readonly LegStanding[],
  options: Put,
): Promise<boolean> {
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
