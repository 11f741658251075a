// `batch void`: nothing more is done for a batch. Runs that wrote nothing are voided, enacted documents stay, and a run that wrote is
// named: undoing it is a person's revert.
import type { Common } from "./call-options.ts";
import { schedulerOf } from "./batch-engine.ts";
import { tellOfBatch } from "./tell-of-batch.ts";
import { makeWorld } from "../wire.ts";
import { writeBatchReport } from "../batch/answers.ts";
import { batchRecord } from "../batch/records.ts";
import { isRunId, type RunId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { standingOf } from "../rules/batch-progress.ts";
import { workVoid } from "../worker.ts";
import { workIn } from "./work.ts";

/** Exit 0 when the batch is closed; STOP_RUN_OPEN names runs that have written and must be reverted or enacted first. */
export async function voidBatch(common: Common, id: string, reason: string): Promise<number> {
  const world = await makeWorld(common.config);
  const { facts } = await batchRecord(world, id);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const client = await (await schedulerOf(world, say)).client();
  try {
    const legs = await client.legs(`${facts.batch_id}/`);
    await client.cancel(legs.filter(({ state }) => state === "queued").map((leg) => leg.id));
  } finally {
    await client.close();
  }
  const written: string[] = [];
  for (const member of facts.members) {
    const standing = standingOf(member);
    if (!member.run_id || !isRunId(member.run_id) || member.close_kind !== null) continue;
    if (["planning", "asks_cut", "may_cut"].includes(standing)) await voidRun(common, member.run_id, reason);
    else if (standing !== "waiting" && standing !== "quarantined")
      written.push(`${member.document_id} ${member.run_id}`);
  }
  if (written.length > 0)
    throw new Stopped("STOP_RUN_OPEN", {
      saw: `${written.length} runs of this batch have written: ${written.join(", ")}`,
      wanted: "a batch whose runs wrote nothing or are closed",
      hint: "undo each of them with `cutter orchestrate revert`, or carry it to its end, then void the batch again",
      details: written,
    });
  await world.database.transaction("exec", (tx) =>
    tx.one("write/close-batch", { batch_id: facts.batch_id, kind: "voided", reason }),
  );
  await tellOfBatch(common, world, facts.batch_id);
  await writeBatchReport(world, facts.batch_id);
  say(`${facts.batch_id} is voided: ${reason}`);
  return 0;
}

async function voidRun(common: Common, runId: RunId, reason: string): Promise<void> {
  const world = await makeWorld(common.config, runId);
  const status = await workVoid(workIn(world), runId, reason);
  process.stderr.write(`${runId}: ${status === 0 ? "voided" : `not voided, status ${status}`}\n`);
}
