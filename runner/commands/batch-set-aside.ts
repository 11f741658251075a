// `batch set-aside`: a person leaves one document out of a batch that is open, so that its wave can end without it.
import type { Common } from "./call-options.ts";
import { endMember } from "./end-member.ts";
import { printBatch } from "./print-batch.ts";
import { batchRecord } from "../batch/records.ts";
import { isRunId } from "../model/ids.ts";
import { insist, isStopCode, Stopped } from "../model/stop.ts";
import { standingOf } from "../rules/batch-progress.ts";
import { judgeReason } from "../rules/reason.ts";
import { judgeSetAside, leftOut } from "../rules/batch-stops.ts";
import { makeWorld } from "../wire.ts";

/** Document and reason of a person's wish. */
export interface SetAside {
  readonly document: string;
  readonly reason: string;
}

/**
 * Exit 0 when the document is set aside and its run, if it had one, is voided. Stops: STOP_REFUSED_INPUT for a document of no batch or one
 * that is enacted or set aside, STOP_RUN_OPEN for one that has written.
 */
export async function setAsideDocument(common: Common, id: string, { document, reason }: SetAside): Promise<number> {
  insist(judgeReason(reason));
  const world = await makeWorld(common.config);
  const { facts, members } = await batchRecord(world, id);
  const member = members.find(({ document_id }) => document_id === document);
  insist(judgeSetAside(document, member === undefined ? undefined : { ...member, standing: standingOf(member) }));
  await world.database.transaction("exec", (tx) =>
    tx.one("write/note-member", {
      batch_id: facts.batch_id,
      document_id: document,
      last_stop: null,
      failed: false,
      quarantine: leftOut(world.here.actor, reason).slice(0, 400),
    }),
  );
  process.stderr.write(`${document} is set aside: ${reason}\n`);
  const run = member?.run_state && member.close_kind === null ? member.run_id : null;
  if (run === null || !isRunId(run)) return printBatch(common, world, facts.batch_id);
  const code = await endMember(common, run, { kind: "void", reason: `set aside: ${reason}`.slice(0, 400) });
  if (code !== null)
    throw new Stopped(isStopCode(code) ? code : "STOP_RUN_OPEN", {
      saw: `${document} is set aside and its run ${run} is not voided yet`,
      wanted: "a run that nobody works at",
      next: `cutter orchestrate void ${run} "<reason>"`,
    });
  return printBatch(common, world, facts.batch_id);
}
