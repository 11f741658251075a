// The scheduler of this host as its configuration names it, and the process that does its legs.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dbosScheduler } from "../adapters/dbos-scheduler.ts";
import { credentialIn } from "../adapters/credentials.ts";
import { placeOf } from "../adapters/postgres-connection.ts";
import { holderIsGone, ownHolder, startAlone } from "../adapters/run-process.ts";
import { exists } from "../adapters/run-files.ts";
import { readSafely } from "../adapters/safe-file.ts";
import { cancelQueued, recordHalt } from "../batch/legs.ts";
import type { BatchId } from "../model/batch.ts";
import { Stopped } from "../model/stop.ts";
import { engineLoginOf } from "../rules/env-login.ts";
import type { LegQueueClient, Scheduler } from "../world/scheduler.ts";
import type { World } from "../world.ts";

/** How the scheduler knows a release. */
export const legRelease = (digest: string): string => digest.slice(0, 16);

/** STOP_PRECHECK_FAILED on a host whose configuration names no scheduler. */
export async function schedulerOf(world: World, log: (line: string) => void): Promise<Scheduler> {
  const { batch, database } = world.config;
  const login = engineLoginOf(world.config);
  if (!batch || !login)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "batch is not in the configuration of this host",
      wanted: "batch.engine_database and batch.credentials, and the engine's database as `npm run up` lays it",
    });
  return dbosScheduler({
    server: placeOf(database),
    database: batch.engine_database,
    credential: await credentialIn(login, "engine"),
    release: legRelease(world.here.release_digest),
    worker: ownHolder(),
    log,
  });
}

/** File that names the process which keeps a worker alive on this host. */
export const supervisorFile = (world: World): string =>
  join(world.config.orchestrator.global_locks_dir, "batch-worker");

/** Whether that process lives. */
export async function supervisorLives(world: World): Promise<boolean> {
  const file = supervisorFile(world);
  if (!existsSync(file)) return false;
  const read = await readSafely(file, 400);
  return read.ok && !holderIsGone(read.bytes.toString("utf8").trim());
}

/** Starts the worker of this host unless it works already; its words go to batches/worker.log. */
export async function ensureWorker(world: World, configFile: string): Promise<void> {
  if (await supervisorLives(world)) return;
  const pid = startAlone(
    world.config.orchestrator.batch_dir,
    { scope: `cutter-batch-worker-${process.pid}`, log: "worker.log" },
    ["--config", configFile, "orchestrate", "batch", "supervise"],
  );
  process.stderr.write(
    `the worker of this host begins, process ${pid}; its log: ${world.config.orchestrator.batch_dir}/worker.log\n`,
  );
}

/** The file THROTTLE when a person laid it on this machine: what it does of every batch pauses until that is gone. */
export async function throttledByHand(world: World): Promise<string | undefined> {
  const file = join(world.config.orchestrator.global_locks_dir, "THROTTLE");
  return (await exists(file)) ? file : undefined;
}

/** Work with the scheduler's queues, whose connections end with it. STOP_COULD_NOT_LOOK when the scheduler does not answer. */
export async function withClient<T>(world: World, work: (client: LegQueueClient) => Promise<T>): Promise<T> {
  const client = await (await schedulerOf(world, (line) => void process.stderr.write(`${line}\n`))).client();
  return work(client).finally(() => client.close());
}

/**
 * A halt row for every open run of the batch, acknowledged: no effect of it commits any more. Workers ask the records before every leg, so
 * it holds whether the scheduler answers or not. Answers the ids of the halts.
 */
export async function stopBatch(
  world: World,
  batch: BatchId,
  reason: string,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const halts = await recordHalt(world, batch, reason);
  await world.database.transaction("halt", (tx) => tx.one("write/acknowledge-halt"));
  say(`${batch} stands still: ${reason}`);
  await dropLegs(world, batch, say);
  return halts;
}

/** No leg of a batch that stands still is handed out any more; one that is finds so in the records. */
export async function dropLegs(world: World, batch: BatchId, say: (line: string) => void): Promise<void> {
  await withClient(world, (client) => cancelQueued(client, batch)).catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error;
    say(`the scheduler does not answer (${error.facts.saw}); its legs find that the batch stands still`);
  });
}
