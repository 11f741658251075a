// Plans the documents of a wave as one: each run's phases 1 to 5 by itself, then one rehearsal of all in the same two copies. What a run
// asks people for afterwards is asked by the same code as a single run's.
import { plan } from "../cut.ts";
import type { RunId } from "../model/ids.ts";
import { rehearseTogether, type PlannedRun } from "../rehearsal.ts";
import { carry, openRun, pinnedGrammar, takeOver, type AskedDocument, type Opened, type Work } from "../worker.ts";
import type { RehearsalGround } from "../world/stage.ts";

/** Carries a run to the end of phase 5; `asked` opens it, without it an open one goes on. Answers the exit status, as every work. */
export async function workPlan(work: Work, runId: RunId, asked: AskedDocument | undefined): Promise<number> {
  let opened: Opened | undefined;
  return carry(
    work,
    async () => {
      if (asked === undefined) return takeOver(work, runId);
      opened = await openRun(work, runId, asked);
      return opened.run;
    },
    async (run) => {
      await plan(run, opened?.grammar ?? (await pinnedGrammar(work, run)));
    },
  );
}

/** The work at one run of a wave. */
export interface WorkOfRun {
  readonly work: Work;
  readonly runId: RunId;
}

/**
 * Rehearses runs whose phases 1 to 5 are recorded, all leases held at once; each ends with a last word of its own. A run that cannot be
 * taken, or that fails, is left out.
 */
export async function workRehearse(works: readonly WorkOfRun[], ground: RehearsalGround): Promise<void> {
  await hold(works, [], ground);
}

type Failures = ReadonlyMap<RunId, unknown>;

/** Takes one run after the other; with the last one held they are rehearsed, and each hears what became of it before its lease is left. */
async function hold(
  rest: readonly WorkOfRun[],
  held: readonly PlannedRun[],
  ground: RehearsalGround,
): Promise<Failures> {
  const [next, ...others] = rest;
  if (!next) {
    if (held.length === 0) return new Map<RunId, unknown>();
    return rehearseTogether(held, ground).catch(
      (error: unknown) => new Map(held.map(({ run }) => [run.row.run_id, error])),
    );
  }
  const { work, runId } = next;
  let failures: Failures | undefined;
  await carry(
    work,
    () => takeOver(work, runId),
    async (run) => {
      const planned = await plan(run, await pinnedGrammar(work, run));
      failures = await hold(others, [...held, { run, planned }], ground);
      if (failures.has(runId)) throw failures.get(runId);
    },
  );
  return failures ?? hold(others, held, ground);
}
