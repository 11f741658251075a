// Ends the run of a document of a batch: voids one that wrote nothing, reverts one that wrote. A process that is in the middle of a leg of
// it ends that leg; it is waited for.
import { setTimeout as sleep } from "node:timers/promises";
import type { Common } from "./call-options.ts";
import { hearingTheEnd } from "./last-word.ts";
import type { RunId } from "../model/ids.ts";
import { makeWorld } from "../wire.ts";
import { workRevert, workVoid } from "../worker.ts";
import { workIn } from "./work.ts";

/** A rehearsal of fifty documents that is under way is done by then. */
const LEAVE_MILLISECONDS = 180_000;

/** What is done with the run, and why. */
export interface EndOfMember {
  readonly kind: "void" | "revert";
  readonly reason: string;
}

/** Null when the run is closed; else the code of the stop that keeps it open, or BUG; STOP_LEASE_HELD after three minutes of waiting. */
export async function endMember(common: Common, runId: RunId, end: EndOfMember): Promise<string | null> {
  for (const began = Date.now(); ; await sleep(1_000)) {
    const code = await tried(common, runId, end);
    if (code !== "STOP_LEASE_HELD" || Date.now() - began > LEAVE_MILLISECONDS) {
      process.stderr.write(`${runId}: ${end.kind}, ${code ?? "done"}\n`);
      return code;
    }
  }
}

async function tried(common: Common, runId: RunId, { kind, reason }: EndOfMember): Promise<string | null> {
  const { world, end } = hearingTheEnd(await makeWorld(common.config, runId));
  const work = workIn(world);
  await (kind === "revert" ? workRevert(work, runId, reason) : workVoid(work, runId, reason));
  return end().code;
}
