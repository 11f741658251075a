// What is told of a batch, gathered from the database that is cut and from nothing else; and the page that is written when it is closed.
import type { BatchId } from "../model/batch.ts";
import { BATCH_STATE_FILE, batchStateText } from "../model/batch-state.ts";
import { batchAnswer, batchTotals, memberAnswers, type AnsweredBatch, type EndedWave } from "../rules/batch-answer.ts";
import { nextLegs, standingOf } from "../rules/batch-progress.ts";
import { heldBackIn, judgeLoad } from "../rules/throttle.ts";
import { batchReport } from "../reports/batch-report.ts";
import type { Document } from "../reports/blocks.ts";
import { htmlOf } from "../reports/html.ts";
import { markdownOf } from "../reports/markdown.ts";
import type { World } from "../world.ts";
import { batchRecord, type BatchRecord } from "./records.ts";

/** `byHand`: the file THROTTLE that lies among the locks of this machine, told in full; what beats tell is cut off. */
export async function answeredBatch(
  world: Pick<World, "database" | "config">,
  record: BatchRecord,
  byHand: string | undefined,
): Promise<AnsweredBatch & { readonly waves: readonly EndedWave[] }> {
  const { batch, members, waves, facts } = record;
  const { secondsEach, load, doing } = await world.database.read("exec", async (reader) => ({
    secondsEach: (await reader.one("read/pace")).seconds,
    load: await reader.one("read/load"),
    doing: (await reader.query("read/host-beats")).flatMap((beat) => (beat.silent ? [] : [beat.doing])),
  }));
  return {
    ...{ facts, batch, members, waves, secondsEach, maxAgeMinutes: world.config.backup.max_age_minutes },
    // Nothing holds a closed batch back, and one whose manifest cannot be read is told all the same.
    load: batch.closed === null ? judgeLoad(load, new Map(), record.manifest.throttle, byHand) : { kind: "goes_on" },
    heldBack: byHand === undefined ? heldBackIn(facts.batch_id, doing) : undefined,
  };
}

/** Name of a closed batch's page in its folder of the reports; it is written last. */
export const BATCH_PAGE = "batch-report.html";

/** What a batch came to; undefined while it is open. */
export async function closedReport(
  world: Pick<World, "database" | "config">,
  id: BatchId,
): Promise<Document | undefined> {
  const record = await batchRecord(world, id);
  const { batch, waves } = record;
  if (batch.closed === null) return undefined;
  const answered = await answeredBatch(world, record, undefined);
  const given = { batch: { ...batch, closed: batch.closed }, waves };
  return batchReport(batchAnswer(answered), memberAnswers(answered), given);
}

/** Writes reports/<batch_id>/batch-report.md and .html of a closed batch. */
export async function writeBatchReport(
  world: Pick<World, "database" | "config" | "files">,
  id: BatchId,
): Promise<void> {
  const report = await closedReport(world, id);
  if (report === undefined) return;
  await world.files.write("reports", `${id}/batch-report.md`, markdownOf(report));
  await world.files.write("reports", `${id}/${BATCH_PAGE}`, htmlOf(report));
}

/** Writes batches/<batch_id>/state.json, for whoever tells people what a batch waits for; answers its text, written only when it is another. */
export async function projectBatch(
  world: Pick<World, "database" | "config" | "files">,
  id: BatchId,
  before: string | undefined,
): Promise<string> {
  const { batch, members, facts } = await batchRecord(world, id);
  const text = batchStateText({
    schema_version: "1",
    batch_id: id,
    ...batchTotals(facts),
    close_reason: batch.close_reason,
    rests: nextLegs(facts).length === 0,
    members: members.map((member) => {
      const { document_id, run_id, wave, reason } = member;
      return { document_id, run_id, wave, reason, standing: standingOf(member) };
    }),
  });
  if (text !== before) await world.files.write("batches", `${id}/${BATCH_STATE_FILE}`, text);
  return text;
}
