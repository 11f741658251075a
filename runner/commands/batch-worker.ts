// The worker of a host: does legs until none is left. One failure of the scheduler's database ends it with 75, and the supervising process
// starts the next one under another name.
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Common } from "./call-options.ts";
import { schedulerOf, supervisorFile, supervisorLives, throttledByHand } from "./batch-engine.ts";
import { waveBackup } from "../adapters/wave-backup.ts";
import { makeRunKey } from "../adapters/run-key.ts";
import { claimRun, holderIsGone, listenForEnd, ownHolder } from "../adapters/run-process.ts";
import { lookAgain } from "../aftermath/look-again.ts";
import { projection } from "../aftermath/projection.ts";
import { LoadWatch } from "../batch/throttle.ts";
import { doLeg, type LegGround, type RunWork, type SharedWave } from "../batch/legs.ts";
import { queueNext } from "../batch/queue.ts";
import { batchRecord, openBatches } from "../batch/records.ts";
import type { RunId } from "../model/ids.ts";
import type { LegEnd } from "../rules/batch-stops.ts";
import { rehearsalGround } from "../adapters/rehearsal-ground.ts";
import { makeWorld } from "../wire.ts";
import type { LegWorker } from "../world/scheduler.ts";
import type { World } from "../world.ts";

/** The scheduler's database does not answer: this process ends, another one goes on. */
const EXIT_AGAIN = 75;
/** Looks for workers that are gone, and for work that is left. */
const LOOK_MILLISECONDS = 2_000;
/** Looks in a row without a leg before the worker ends. */
const IDLE_LOOKS = 3;

/** Exit 0 when nothing is left to do, 75 when the scheduler broke off. */
export async function batchWorker(common: Common): Promise<number> {
  const world = await makeWorld(common.config);
  const askedToEnd = listenForEnd();
  const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const scheduler = await schedulerOf(world, say);
  // The scheduler may hand out a leg before everything it needs is put together.
  const known: { ground?: LegGround } = {};
  const worker = await scheduler.worker(
    async (leg) => {
      while (known.ground === undefined) await sleep(20);
      const { ground } = known;
      // A leg that fails in itself is told and left to the next look: what it did stands in the records.
      await doLeg(ground, leg).catch((error: unknown) =>
        say(`${leg}: ${error instanceof Error ? error.message : String(error)}`),
      );
    },
    { plan: await planLimit(world), write: 1 },
  );
  const watch = new LoadWatch({
    world,
    byHand: () => throttledByHand(world),
    mustEnd: () => askedToEnd() !== undefined,
    say,
  });
  const ground: LegGround = {
    world,
    client: worker,
    say,
    untilQuiet: (throttle, what) => watch.untilQuiet(throttle, what),
    runWork: (runId, shared) => runWork(common, runId, { askedToEnd, ...(shared ? { vault: shared.vault } : {}) }),
    sharedWave: () => sharedWave(common, world),
    lookAgain: async (runId) => lookAgain(await makeWorld(common.config, runId), runId),
  };
  known.ground = ground;
  say(`worker ${worker.name} begins`);
  const ended = await Promise.race([untilIdle(ground, worker, askedToEnd), worker.failed]);
  if (typeof ended === "number") {
    await worker.close();
    say("worker ends: no leg is left");
    return ended;
  }
  say(`worker ends: ${ended}`);
  // Whatever this process still waits for belongs to a scheduler that is gone.
  process.exit(EXIT_AGAIN);
}

/** The largest number of waves that an open batch allows to be planned at once. */
async function planLimit(world: World): Promise<number> {
  const batches = await openBatches(world);
  const asked = await Promise.all(batches.map(async (id) => (await batchRecord(world, id)).manifest.limits.plan));
  return Math.max(1, ...asked);
}

async function untilIdle(ground: LegGround, worker: LegWorker, askedToEnd: () => string | undefined): Promise<number> {
  for (let idle = 0; idle < IDLE_LOOKS;) {
    const legs = await worker.legs("ictb-");
    const gone = new Set(
      legs.flatMap(({ state, worker: name }) =>
        state === "working" && name !== null && holderIsGone(name) ? [name] : [],
      ),
    );
    if (gone.size > 0) ground.say(`${await worker.handBack([...gone])} legs handed back`);
    for (const batch of await openBatches(ground.world)) await queueNext(ground.world, worker, batch);
    const busy = (await worker.legs("ictb-")).some(({ state }) => state === "queued" || state === "working");
    idle = busy ? 0 : idle + 1;
    if (askedToEnd() !== undefined && !busy) return 0;
    await sleep(LOOK_MILLISECONDS);
  }
  return 0;
}

/** What a process of this run would have, with the last word of its work. */
async function runWork(
  common: Common,
  runId: RunId,
  shared: Pick<World, "askedToEnd"> & Partial<Pick<World, "vault">>,
): Promise<RunWork> {
  let last: LegEnd = { exit: 0, code: null };
  const plain = await makeWorld(common.config, runId);
  claimRun(plain.config.orchestrator.runtime_root, runId);
  makeRunKey(plain.config.orchestrator.runtime_root, runId);
  const world: World = {
    ...plain,
    ...shared,
    events: {
      emit: (event) => {
        if (event.event === "ended") last = { exit: event.exit, code: event.stop?.code ?? null };
        plain.events.emit(event);
      },
    },
  };
  const holder = { name: ownHolder(), isGone: holderIsGone };
  return {
    work: { world, ground: rehearsalGround(world, runId), holder, projection: projection(world) },
    end: () => last,
  };
}

async function sharedWave(common: Common, { config }: World): Promise<SharedWave> {
  const { vault } = await makeWorld(common.config);
  return waveBackup(vault, config.orchestrator.runtime_root, config.backup.max_age_minutes);
}

/** Keeps a worker alive until it says that nothing is left; one on each host. */
export async function superviseWorker(common: Common): Promise<number> {
  const world = await makeWorld(common.config);
  const lock = supervisorFile(world);
  if (await supervisorLives(world)) return 0;
  rmSync(lock, { force: true });
  const file = openSync(lock, "wx", 0o640);
  writeSync(file, ownHolder());
  closeSync(file);
  try {
    for (;;) {
      const status = await once(common);
      if (status === 0) return 0;
      process.stderr.write(`the worker ended with ${status ?? "a signal"}; the next one begins\n`);
      await sleep(1_000);
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

function once(common: Common): Promise<number | null> {
  const [program] = process.argv.slice(1);
  if (!program) throw new Error("no program to start");
  const words = [program, "--config", common.config, "orchestrate", "batch", "worker"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "inherit", "inherit"], cwd: "/" });
  return new Promise((resolve) => child.once("exit", resolve));
}
