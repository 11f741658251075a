// Files that are made of the records of batches: state.json of each, by which people are told, and the page of one that is closed. Whoever
// closes a batch writes both; a process that died meanwhile, a full disk or another machine leaves them to the next look.
import { ask } from "../looks/one-statement.ts";
import { isBatchId, type BatchId } from "../model/batch.ts";
import { BATCH_STATE_FILE } from "../model/batch-state.ts";
import { messageOf } from "../model/error-text.ts";
import type { World } from "../world.ts";
import { BATCH_PAGE, projectBatch, writeBatchReport } from "./answers.ts";

type Ground = Pick<World, "database" | "config" | "files">;

/** The files of one machine, as one process keeps them; `say` hears what could not be written. */
export class BatchFiles {
  private readonly told = new Map<BatchId, string>();
  private readonly settled = new Set<BatchId>();
  private readonly said = new Map<BatchId, string>();
  constructor(
    private readonly world: Ground,
    private readonly say: (line: string) => void,
  ) {}

  /** Brings the files of every batch up to date; answers whether people may have to be told something. */
  async look(): Promise<boolean> {
    let changed = false;
    for (const { batch_id, closed } of await ask(this.world.database, "exec", "read/batches", { batch_id: null })) {
      if (!isBatchId(batch_id)) continue;
      const other = closed === null ? await this.follow(batch_id) : await this.settle(batch_id);
      changed ||= other;
    }
    return changed;
  }

  private async follow(id: BatchId): Promise<boolean> {
    const before = this.told.get(id);
    const text = await projectBatch(this.world, id, before);
    this.told.set(id, text);
    return text !== before;
  }

  /** Of a batch that is closed: its page, and its state where this machine had told of it. What fails is tried again at the next look. */
  async settle(id: BatchId): Promise<boolean> {
    if (this.settled.has(id)) return false;
    try {
      if ((await this.world.files.read("reports", `${id}/${BATCH_PAGE}`)) === undefined)
        await writeBatchReport(this.world, id);
      const bytes = await this.world.files.read("batches", `${id}/${BATCH_STATE_FILE}`);
      const before = bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
      const text = before === undefined ? undefined : await projectBatch(this.world, id, before);
      this.settled.add(id);
      return text !== before;
    } catch (error) {
      const why = `the files of ${id}, which is closed, could not be written: ${messageOf(error)}`;
      if (this.said.get(id) !== why) this.say(why);
      this.said.set(id, why);
      return false;
    }
  }
}
