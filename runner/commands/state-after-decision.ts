// After people decided (a signature, the end of a halt, a revocation) the state file of every run it reaches follows the database, so that
// status, board and notices ask nobody for what is there. Only files are written; where that fails, the next process of the run does it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { holderIsGone } from "../adapters/run-process.ts";
import { projection } from "../aftermath/projection.ts";
import { isRunId, type RunId } from "../model/ids.ts";
import { messageOf } from "../model/error-text.ts";
import { EVERY_RUN } from "../model/payload.ts";
import { printable } from "../rules/text-hygiene.ts";
import type { World } from "../world.ts";

/** Another process may take the run over while its file is written: then it is written once more, and no oftener than this. */
const TRIES = 3;

/** `reach`: a run, or every run. What cannot be written is said on standard error and is no failure of the decision. */
export async function stateAfterDecision(world: World, reach: string): Promise<void> {
  const runs = reach === EVERY_RUN ? await runsWithFiles(world) : [reach].filter(isRunId);
  for (const run of runs)
    try {
      await stateFollows(world, run);
    } catch (error) {
      process.stderr.write(`the state file of ${run} follows at its next step: ${printable(messageOf(error))}\n`);
    }
}

async function runsWithFiles({ config }: World): Promise<RunId[]> {
  const names = await readdir(join(config.orchestrator.runtime_root, "runs")).catch((): string[] => []);
  return names.filter(isRunId);
}

async function stateFollows(world: World, runId: RunId): Promise<void> {
  let epoch: string | null | undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
    // A closed run says nothing new; one that a process works on is written by that process.
    if (!row || row.closed !== null || (tried > 0 && row.epoch === epoch)) return;
    const ended = row.expires_at === null || row.expires_at.getTime() <= row.now.getTime();
    if (row.holder !== null && row.lease_run_id === runId && !ended && !holderIsGone(row.holder)) return;
    epoch = row.epoch;
    await projection(world).again(runId);
  }
}
