// The worker of a host: does legs until none is left. One failure of the scheduler's database ends it with 75, and the supervising process
// starts the next one under another name.
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Common } from "./call-options.ts";
import { hearingTheEnd } from "./last-word.ts";
import { legRelease, schedulerOf, supervisorFile, supervisorLives, throttledByHand } from "./batch-engine.ts";
import { startBeats, type HostBeats } from "../adapters/host-beats.ts";
import { waveBackup } from "../adapters/wave-backup.ts";
import { rehearsalGround } from "../adapters/rehearsal-ground.ts";
import { makeRunKey } from "../adapters/run-key.ts";
import { claimRun, holderIsGone, listenForEnd, ownHolder, startTelling } from "../adapters/run-process.ts";
import { lookAgain } from "../aftermath/look-again.ts";
import { BatchFiles } from "../batch/projections.ts";
import { LoadWatch } from "../batch/throttle.ts";
import { doLeg, type LegGround, type RunWork, type SharedWave } from "../batch/legs.ts";
import { queueNext } from "../batch/queue.ts";
import { untilRoom } from "../batch/room-for-files.ts";
import { batchRecord, openBatches } from "../batch/records.ts";
import { endOfWorker } from "../batch/worker-end.ts";
import { ask } from "../looks/one-statement.ts";
import type { RunId } from "../model/ids.ts";
import { codeOf } from "../model/error-text.ts";
import { Stopped } from "../model/stop.ts";
import { seenBy } from "../rules/legs-of-releases.ts";
import { makeWorld } from "../wire.ts";
import type { LegWorker, Scheduler } from "../world/scheduler.ts";
import type { World } from "../world.ts";
import { workIn } from "./work.ts";

/** The scheduler's database does not answer: this process ends, another one goes on. */
const EXIT_AGAIN = 75;
/** Looks for workers that are gone, and for work that is left. */
const LOOK_MILLISECONDS = 2_000;
/** Looks in a row without a leg before the worker ends; one that stays is begun anew then, so that it is of the newest release. */
const IDLE_LOOKS = { ends: 3, stays: 150 };

/** Exit 0 when nothing is left to do, 75 when the scheduler or the database that is cut broke off. */
export async function batchWorker(common: Common, stay: boolean): Promise<number> {
  const world = await makeWorld(common.config);
  const askedToEnd = listenForEnd();
  const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const beats = await startBeats(world.config, world.here.release_digest, "batch");
  if (!(await hasRoom(world, { beats, say, askedToEnd }))) return 0;
  const scheduler = await schedulerOf(world, say);
  const limit = await planLimit(world);
  // The scheduler may hand out a leg before everything it needs is put together.
  const known: { ground?: LegGround } = {};
  const worker = await beginOrEnd(
    say,
    scheduler.worker(
      async (leg) => {
        while (known.ground === undefined) await sleep(20);
        const { ground } = known;
        // A leg that fails in itself is told and left to the next look: what it did stands in the records.
        await doLeg(ground, leg).catch((error: unknown) =>
          say(`${leg}: ${error instanceof Error ? error.message : String(error)}`),
        );
      },
      { plan: limit, write: 1 },
    ),
  );
  const watch = new LoadWatch({
    world,
    byHand: () => throttledByHand(world),
    mustEnd: () => askedToEnd() !== undefined,
    say,
    tell: (heldBack) => beats.doing(heldBack ?? "batch"),
  });
  const untilQuiet: LegGround["untilQuiet"] = (manifest, what) => watch.untilQuiet(manifest, what);
  const ground: LegGround = {
    world,
    client: worker,
    say,
    untilQuiet,
    runWork: (runId, manifest, shared) =>
      runWork(common, runId, {
        askedToEnd,
        environment: world.environment,
        quiet: (what, database) => watch.untilQuiet(manifest, what, database),
        ...(shared ? { vault: shared.vault } : {}),
      }),
    sharedWave: () => sharedWave(common, world),
    lookAgain: async (runId) => lookAgain(await makeWorld(common.config, runId), runId),
  };
  known.ground = ground;
  const tellPeople = (): void => {
    if (world.config.notifications !== undefined) startTelling(world.config.orchestrator.runtime_root, common.config);
  };
  say(`worker ${worker.name} begins`);
  // Only another machine would have taken what this one holds.
  const breaks = [worker.failed, ...(world.config.machines === undefined ? [] : [beats.lost])];
  const looks = stay ? IDLE_LOOKS.stays : IDLE_LOOKS.ends;
  const files = new BatchFiles(world, say);
  const idle = untilIdle(ground, worker, { askedToEnd, tellPeople, looks, files, watch }).then(() => worker.close());
  const ended = await endOfWorker(
    idle.then(() => 0),
    breaks,
  );
  if (typeof ended === "number") {
    // A leg may have come in after the last look and be done since, and another follow from it.
    if (await files.look()) tellPeople();
    beats.end();
    const again = askedToEnd() === undefined && (await isLeft(scheduler));
    say(again ? "worker ends: a leg came in meanwhile" : "worker ends: no leg is left");
    return again ? EXIT_AGAIN : 0;
  }
  say(`worker ends: ${ended}`);
  // Whatever this process still waits for belongs to a database that broke off; the scheduler alone would keep it half alive.
  process.exit(EXIT_AGAIN);
}

interface Waiting {
  readonly beats: HostBeats;
  readonly say: (line: string) => void;
  readonly askedToEnd: () => string | undefined;
}

/** Waits until this machine can keep files; false when the process was asked to end before, its beats ended. */
async function hasRoom(world: World, { beats, say, askedToEnd }: Waiting): Promise<boolean> {
  const room = await untilRoom(world, {
    mustEnd: () => askedToEnd() !== undefined,
    tell: (fault) => {
      beats.doing(fault === undefined ? "batch" : "takes no work: it can keep no files");
      say(fault === undefined ? "files can be kept again" : `takes no work, this machine cannot keep files: ${fault}`);
    },
  });
  if (!room) beats.end();
  return room;
}

async function isLeft(scheduler: Scheduler): Promise<boolean> {
  const client = await scheduler.client();
  try {
    return (await client.legs("ictb-")).some(({ state }) => state === "queued");
  } finally {
    await client.close();
  }
}

/** A scheduler that cannot be used yet, as while its tables are being laid, leaves the library half begun: only the process's end ends it. */
async function beginOrEnd(say: (line: string) => void, beginning: Promise<LegWorker>): Promise<LegWorker> {
  try {
    return await beginning;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say(`the worker cannot begin: ${error.code}: ${error.facts.saw}; wanted ${error.facts.wanted}`);
    return process.exit(EXIT_AGAIN);
  }
}

/** The largest number of waves that an open batch allows to be planned at once. */
async function planLimit(world: World): Promise<number> {
  const batches = await openBatches(world);
  const asked = await Promise.all(
    batches.map(async (id) => {
      const record = await batchRecord(world, id);
      // One that cannot be read holds no other batch up.
      return record.isReadable ? record.manifest.limits.plan : 1;
    }),
  );
  return Math.max(1, ...asked);
}

interface UntilIdle {
  readonly askedToEnd: () => string | undefined;
  /** Lets the host tell people what is new. */
  readonly tellPeople: () => void;
  readonly looks: number;
  readonly files: BatchFiles;
  readonly watch: Pick<LoadWatch, "sleeps">;
}

async function untilIdle(ground: LegGround, worker: LegWorker, given: UntilIdle): Promise<void> {
  const { askedToEnd, tellPeople, files, watch } = given;
  let first = true;
  let looks = given.looks;
  for (let idle = 0; idle < looks;) {
    // Found critical, the server is asked nothing but for the beats: without those this process would count as lost.
    if (watch.sleeps() && askedToEnd() === undefined) {
      await sleep(LOOK_MILLISECONDS);
      continue;
    }
    await putRight(ground, worker, first);
    first = false;
    for (const batch of await openBatches(ground.world)) await queueNext(ground.world, worker, batch);
    if (await files.look()) tellPeople();
    const { own, others } = seenBy(worker.release, await worker.legs("ictb-"), new Set());
    idle = own.length > 0 ? 0 : idle + 1;
    looks = others ? IDLE_LOOKS.ends : given.looks;
    // What waits is done by another machine, or by the next worker of this one.
    if (askedToEnd() !== undefined && !own.some(({ worker: name }) => name === worker.name)) return;
    await sleep(LOOK_MILLISECONDS);
  }
}

/** Legs of workers that are gone are handed back; those of a release of which no worker lives are taken out once, and come in anew. */
async function putRight({ world, say }: LegGround, worker: LegWorker, first: boolean): Promise<void> {
  const legs = await worker.legs("ictb-");
  const beats = await ask(world.database, "exec", "read/host-beats");
  const silent = new Set(beats.flatMap((beat) => (beat.silent ? [beat.process] : [])));
  const gone = new Set(
    seenBy(worker.release, legs, new Set()).own.flatMap(({ state, worker: name }) =>
      state === "working" && name !== null && (holderIsGone(name) || silent.has(name)) ? [name] : [],
    ),
  );
  if (gone.size > 0) say(`${await worker.handBack([...gone])} legs handed back`);
  if (!first) return;
  // Once, of what was there before this process: a worker of an older release must not take out what was queued for a newer one.
  const living = new Set(
    beats.flatMap(({ process, release }) =>
      silent.has(process) || holderIsGone(process) ? [] : [legRelease(release)],
    ),
  );
  const { leftOver } = seenBy(worker.release, legs, living);
  if (leftOver.length > 0) say(`${leftOver.length} legs of another release taken out: ${leftOver.join(", ")}`);
  await worker.cancel(leftOver);
}

/** What a process of this run would have, with the last word of its work. */
async function runWork(
  common: Common,
  runId: RunId,
  {
    quiet,
    ...shared
  }: Pick<World, "askedToEnd" | "environment"> &
    Partial<Pick<World, "vault">> & {
      /** Before an effect, asked through the connection that the run has open; another one would take one more connection of the role. */
      readonly quiet: (what: string, database: World["database"]) => Promise<boolean>;
    },
): Promise<RunWork> {
  const plain = await makeWorld(common.config, runId);
  claimRun(plain.config.orchestrator.runtime_root, runId);
  makeRunKey(plain.config, runId);
  const { world, end } = hearingTheEnd({
    ...plain,
    ...shared,
    untilQuiet: (before) => quiet(`${runId} before ${before}`, plain.database),
  });
  return { work: workIn(world), end };
}

async function sharedWave(common: Common, { config }: World): Promise<SharedWave> {
  const { vault } = await makeWorld(common.config);
  const wave = waveBackup(vault, config.orchestrator.runtime_root, config.backup.max_age_minutes);
  return { ...wave, ground: rehearsalGround(wave.vault) };
}

/** Keeps a worker alive until it says that nothing is left, or for good; one on each machine. */
export async function superviseWorker(common: Common, stay: boolean): Promise<number> {
  const world = await makeWorld(common.config);
  const lock = supervisorFile(world);
  while (await supervisorLives(world)) {
    if (!stay) return 0;
    await sleep(LOOK_MILLISECONDS);
  }
  nameOurselves(lock);
  try {
    for (;;) {
      const status = await once(common, stay);
      if (status === 0 && !stay) return 0;
      process.stderr.write(`the worker ended with ${status ?? "a signal"}; the next one begins\n`);
      await sleep(1_000);
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

/** STOP_PRECHECK_FAILED when something else than our file lies there, or when another process came first. */
function nameOurselves(lock: string): void {
  try {
    rmSync(lock, { force: true });
    const file = openSync(lock, "wx", 0o640);
    writeSync(file, ownHolder());
    closeSync(file);
  } catch (error) {
    throw new Stopped(
      "STOP_PRECHECK_FAILED",
      {
        saw: `${lock} cannot be written: ${codeOf(error, "unknown")}`,
        wanted: "a file that names the one process which keeps this machine's worker alive",
        hint: "look at what lies there; another supervising process may have come first",
      },
      error,
    );
  }
}

function once(common: Common, stay: boolean): Promise<number | null> {
  const [program] = process.argv.slice(1);
  if (!program) throw new Error("no program to start");
  const words = [program, "--config", common.config, "orchestrate", "batch", "worker", ...(stay ? ["--stay"] : [])];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "inherit", "inherit"], cwd: "/" });
  return new Promise((resolve) => child.once("exit", resolve));
}
