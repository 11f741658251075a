// What the database recorded of batches, read through the ports; every fact a batch goes by comes from here.
import { batchManifestSchema, isBatchId, type BatchId, type BatchManifest } from "../model/batch.ts";
import type { RowOf } from "../model/rows.ts";
import { Stopped } from "../model/stop.ts";
import type { BatchFacts } from "../rules/batch-progress.ts";
import type { World } from "../world.ts";

/** A batch with its manifest and its members' rows as they were read, in one snapshot. */
export interface BatchRecord {
  readonly batch: RowOf<"read/batches">;
  /** STOP_PRECHECK_FAILED for one that this release cannot read; everything else of such a batch can be read, so that it can be voided. */
  readonly manifest: BatchManifest;
  readonly isReadable: boolean;
  readonly members: readonly RowOf<"read/batch-members">[];
  readonly waves: readonly RowOf<"read/batch-waves">[];
  readonly facts: BatchFacts;
}

/** STOP_REFUSED_INPUT for an id of another form or of no batch. */
export async function batchRecord(world: Pick<World, "database">, id: string): Promise<BatchRecord> {
  if (!isBatchId(id))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a batch id out of form", wanted: "ictb-<UTC>-<8 hex>" });
  return world.database.read("exec", async (reader) => {
    const [batch] = await reader.query("read/batches", { batch_id: id });
    if (!batch)
      throw new Stopped("STOP_REFUSED_INPUT", {
        saw: `no batch ${id}`,
        wanted: "the id of a batch of this database",
        next: "cutter orchestrate batch status",
      });
    const members = await reader.query("read/batch-members", { batch_id: id });
    const waves = await reader.query("read/batch-waves", { batch_id: id });
    const parsed = batchManifestSchema.safeParse(batch.manifest);
    return {
      batch,
      isReadable: parsed.success,
      get manifest() {
        if (parsed.success) return parsed.data;
        throw unreadable(id);
      },
      members,
      waves,
      facts: factsOf(id, batch, members, waves),
    };
  });
}

const unreadable = (id: BatchId): Stopped =>
  new Stopped("STOP_PRECHECK_FAILED", {
    saw: `the manifest that ${id} was opened with is none for this release`,
    wanted: "a manifest as docs/batch.md describes it",
    hint: "give the batch up; nothing else can be done with it, and other batches go on",
    next: `cutter orchestrate batch void ${id} "<reason>"`,
  });

/** Ids of the batches that are open, the oldest first. */
export async function openBatches(world: Pick<World, "database">): Promise<BatchId[]> {
  const rows = await world.database.read("exec", (reader) => reader.query("read/batches", { batch_id: null }));
  return rows
    .filter((row) => row.closed === null)
    .map((row) => row.batch_id)
    .filter(isBatchId)
    .reverse();
}

const factsOf = (
  batch_id: BatchId,
  batch: RowOf<"read/batches">,
  members: BatchRecord["members"],
  waves: BatchRecord["waves"],
): BatchFacts => ({
  batch_id,
  close_kind: batch.close_kind,
  stopped: batch.stopped,
  members,
  ended_waves: waves.map(({ wave }) => wave),
});
