// The scheduler on @dbos-inc/dbos-sdk: what was found in its behaviour, and the rule for each: docs/decisions/0151-batch-engine.md.
import { DBOS, DBOSClient } from "@dbos-inc/dbos-sdk";
import { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import pg from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import { Stopped } from "../model/stop.ts";
import {
  LEG_QUEUES,
  type Leg,
  type LegHandler,
  type LegQueue,
  type LegQueueClient,
  type LegStanding,
  type LegWorker,
  type Scheduler,
} from "../world/scheduler.ts";
import type { Credential } from "./credentials.ts";
import { tlsOf, type ServerPlace } from "./postgres-connection.ts";

/** The engine's own database and login. `release`: legs of one release are done by workers of the same one. */
export interface EnginePlace {
  readonly server: ServerPlace;
  readonly database: string;
  readonly credential: Credential;
  readonly release: string;
  /** Name of the worker that this process would be; of another process never the same. */
  readonly worker: string;
  /** Told what the library warns of; no secret is in it. */
  readonly log: (line: string) => void;
}

const APPLICATION = "cutter";
const LEG = "leg";
/** A wave is planned for minutes; between two documents that are written half a second was a fifth of writing one. */
const POLL_MILLISECONDS: Readonly<Record<LegQueue, number>> = { plan: 1_000, write: 200 };
/** A wave is planned in less; the library's own limit is a little under 25 days. */
const LONGEST_LEG_MILLISECONDS = 4 * 3_600_000;
/** Of a worker: legs and limits, the probe, and room for the library's own polling. Of who only asks and queues: a statement at a time. */
const CONNECTIONS = { worker: 6, client: 2 };
/** Never dialled: the library is given a pool. It only wants the name of the database from it. */
const NO_URL = "postgresql://cutter_engine@engine/cutter_engine";

const STATES: Readonly<Record<string, LegStanding["state"]>> = {
  ENQUEUED: "queued",
  DELAYED: "queued",
  PENDING: "working",
  CANCELLED: "cancelled",
};

/** STOP_PRECHECK_FAILED when the engine's tables are missing or older than the library. */
export function dbosScheduler(place: EnginePlace): Scheduler {
  return {
    client: async () => {
      const pool = await poolOf(place, CONNECTIONS.client);
      const client = await connected(place, pool);
      return clientOver(client, place, async () => {
        await client.destroy();
        await pool.end();
      });
    },
    worker: (handler, limits) => startWorker(place, handler, limits),
  };
}

async function startWorker(
  place: EnginePlace,
  handler: LegHandler,
  limits: Readonly<Record<LegQueue, number>>,
): Promise<LegWorker> {
  const pool = await poolOf(place, CONNECTIONS.worker);
  DBOS.setConfig({
    name: APPLICATION,
    systemDatabaseUrl: NO_URL,
    systemDatabasePool: pool,
    runMigrations: false,
    useListenNotify: false,
    applicationVersion: place.release,
    executorID: place.worker,
    logger: loggerOf(place.log),
  });
  DBOS.registerWorkflow((id: string) => handler(id), { name: LEG });
  try {
    await DBOS.launch();
  } catch (error) {
    await pool.end();
    throw notLaid(error);
  }
  for (const queue of LEG_QUEUES)
    await DBOS.registerQueue(queue, {
      globalConcurrency: limits[queue],
      minPollingIntervalMs: POLL_MILLISECONDS[queue],
      onConflict: "always_update",
    });
  const probe = probing(pool);
  const client = await connected(place, pool);
  return {
    ...clientOver(client, place, async () => {
      // A leg that was handed out a moment before is done to its end: one that is left here would be begun, and torn from its database.
      await DBOS.shutdown({ workflowCompletionTimeoutMS: LONGEST_LEG_MILLISECONDS });
      probe.end();
      await client.destroy();
      await pool.end();
    }),
    name: place.worker,
    release: place.release,
    failed: probe.failed,
    // The library's own compare-and-set on executor, state and release: queue and age stay, so what comes back goes first. Its public
    // way to resume revives what was cancelled and forgets the queue, and is never called.
    handBack: async (workers) => {
      const executor = DBOSExecutor.globalInstance;
      if (executor === undefined) throw new Error("the worker has ended");
      return (await executor.recoverPendingWorkflows([...workers])).length;
    },
  };
}

function clientOver(client: DBOSClient, place: EnginePlace, close: () => Promise<void>): LegQueueClient {
  return {
    enqueue: async (legs) => {
      for (const leg of legs) await answered(enqueueOne(client, place, leg));
    },
    cancel: async (ids) => {
      if (ids.length > 0) await answered(client.cancelWorkflows([...ids]));
    },
    legs: async (prefix) => {
      const listed = client.listWorkflows({
        workflow_id_prefix: prefix,
        workflowName: LEG,
        loadInput: false,
        loadOutput: false,
      });
      const found = await answered(listed);
      return found.map(({ workflowID, status, executorId, applicationVersion }) => ({
        id: workflowID,
        state: STATES[status] ?? "ended",
        worker: executorId === undefined || executorId === "" ? null : executorId,
        release: applicationVersion ?? "",
      }));
    },
    limit: async (queue, limit) => {
      const known = await answered(client.retrieveQueue(queue));
      await answered(known?.setGlobalConcurrency(limit) ?? Promise.resolve());
    },
    close,
  };
}

/** What the library throws is its database's word, as of a lost right, a lock or a crash; whoever asked goes by the records. */
const answered = <T>(asked: Promise<T>): Promise<T> =>
  asked.catch((error: unknown) => {
    if (error instanceof Stopped) throw error;
    throw noAnswer(
      `the scheduler's tables do not answer: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  });

const noAnswer = (saw: string, error: unknown): Stopped =>
  new Stopped(
    "STOP_COULD_NOT_LOOK",
    {
      saw,
      wanted: "the engine's database, as `npm run up` lays it",
      hint: "runs and their state are not touched by this: `cutter orchestrate batch status` goes on answering",
    },
    error,
  );

async function enqueueOne(client: DBOSClient, { release }: EnginePlace, leg: Leg): Promise<void> {
  await client.enqueue(
    {
      workflowName: LEG,
      queueName: leg.queue,
      workflowID: leg.id,
      priority: leg.priority,
      appVersion: release,
      workflowIDReusePolicy: "return-existing",
      ...(leg.delay === undefined ? {} : { delaySeconds: leg.delay }),
    },
    leg.id,
  );
}

const connected = (place: EnginePlace, pool: pg.Pool): Promise<DBOSClient> =>
  DBOSClient.create({
    systemDatabaseUrl: NO_URL,
    systemDatabasePool: pool,
    applicationName: APPLICATION,
    logger: loggerOf(place.log),
  }).catch((error: unknown) => {
    throw notLaid(error);
  });

async function poolOf({ server, database, credential, worker }: EnginePlace, connections: number): Promise<pg.Pool> {
  const pool = new pg.Pool({
    host: server.host,
    port: server.port,
    database,
    user: credential.user,
    password: credential.password,
    ssl: await tlsOf(server),
    max: connections,
    application_name: `cutter/engine ${worker}`.slice(0, 63),
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  // Unheard, the event of an idle connection that breaks would end the process without a word; the probe hears it too.
  pool.on("error", () => undefined);
  try {
    await pool.query("SELECT 1");
    return pool;
  } catch (error) {
    await pool.end();
    throw noAnswer(`the scheduler's database ${database} does not answer at ${server.host}:${server.port}`, error);
  }
}

interface Probe {
  readonly failed: Promise<string>;
  readonly end: () => void;
}

/**
 * Asks each second, and hears of each connection that breaks. After a crash of its database the library can hold a leg for ever, so that
 * one failure ends the process.
 */
function probing(pool: pg.Pool): Probe {
  let ended = false;
  const broken = new Promise<string>((resolve) => {
    pool.on("error", (error) => {
      if (!ended) resolve(error.message);
    });
  });
  const asked = (async () => {
    for (;;) {
      await sleep(1_000, undefined, { ref: false });
      if (ended) return new Promise<string>(() => undefined);
      const fault = await pool.query("SELECT 1").then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (fault !== undefined && !ended) return fault;
    }
  })();
  return { failed: Promise.race([broken, asked]), end: () => void (ended = true) };
}

function loggerOf(log: (line: string) => void) {
  const quiet = (): void => undefined;
  const tell = (entry: unknown): void => log(entry instanceof Error ? entry.message : String(entry));
  return { info: quiet, debug: quiet, warn: tell, error: tell };
}

function notLaid(error: unknown): Stopped {
  return new Stopped(
    "STOP_PRECHECK_FAILED",
    {
      saw: `the scheduler's tables cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      wanted: "the tables that this release schedules with",
      next: "npm run up",
    },
    error,
  );
}
