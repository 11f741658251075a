// `batch void`: a batch is given up. That is recorded first, so that nothing of it begins any more; runs that wrote nothing are voided,
// enacted documents stay, and a run that wrote is named, or reverted when a person asked for that too.
import type { Common } from "./call-options.ts";
import { dropLegs } from "./batch-engine.ts";
import { endMember } from "./end-member.ts";
import { printBatch } from "./print-batch.ts";
import { tellOfBatch } from "./tell-of-batch.ts";
import { writeBatchReport } from "../batch/answers.ts";
import { batchRecord, type BatchRecord } from "../batch/records.ts";
import { isRunId } from "../model/ids.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeReason } from "../rules/reason.ts";
import { isAtLeast, standingOf } from "../rules/batch-progress.ts";
import { makeWorld } from "../wire.ts";

/** Why it is given up; `revert`: runs that wrote are undone too. */
export interface VoidOptions {
  readonly reason: string;
  readonly revert: boolean;
}

/** Exit 0 when the batch is closed; STOP_RUN_OPEN names the runs that stay open, because they have written or could not be ended. */
export async function voidBatch(common: Common, id: string, { reason, revert }: VoidOptions): Promise<number> {
  insist(judgeReason(reason));
  const world = await makeWorld(common.config);
  const before = await batchRecord(world, id);
  const { batch_id } = before.facts;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (before.batch.closed === null && before.facts.stopped === null) {
    await world.database.transaction("halt", (tx) =>
      tx.one("write/give-up-batch", { batch_id, reason: `given up: ${reason}`, actor: world.here.actor }),
    );
    await dropLegs(world, batch_id, say);
  }
  const left = await endRuns(common, await batchRecord(world, id), { reason, revert });
  if (left.length > 0)
    throw new Stopped("STOP_RUN_OPEN", {
      saw: `${left.length} runs of this batch stay open: ${left.join(", ")}`,
      wanted: "a batch whose runs wrote nothing or are closed",
      hint: "nothing of the batch begins any more; with --revert it undoes those that wrote; or roll each of them back and void it again",
      details: left,
    });
  await world.database.transaction("exec", (tx) => tx.one("write/close-batch", { batch_id, kind: "voided", reason }));
  await tellOfBatch(common, world, batch_id);
  await writeBatchReport(world, batch_id);
  say(`${batch_id} is voided: ${reason}`);
  return printBatch(common, world, batch_id);
}

/** Answers document, run and why of those that stay open. */
async function endRuns(common: Common, { members }: BatchRecord, options: VoidOptions): Promise<string[]> {
  const left: string[] = [];
  for (const member of members) {
    const { run_id, close_kind, document_id, run_state } = member;
    const wrote = isAtLeast(standingOf({ ...member, quarantined: false }), "writing");
    if (!run_id || !isRunId(run_id) || close_kind !== null || run_state === null) continue;
    // A document that was set aside after it wrote stays for a person, whether the batch is given up or closed.
    if (wrote && member.quarantined && !options.revert) continue;
    const code =
      wrote && !options.revert
        ? "it has written"
        : await endMember(common, run_id, { kind: wrote ? "revert" : "void", reason: options.reason });
    if (code !== null) left.push(`${document_id} ${run_id} (${code})`);
  }
  return left;
}
