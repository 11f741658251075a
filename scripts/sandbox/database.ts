// The sandbox's PostgreSQL: cluster, substrate, packages and passwords, each laid once and found again.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startCluster } from "../../runner/adapters/postgres-cluster.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { applyPackages, packageSql, PACKAGES } from "../apply-packages.ts";
import { ROLE_NAMES, type SandboxCredential, type SandboxCredentials, type SandboxRole } from "./credentials.ts";
import { identifyProcess, isZombie, serverWorkers, stillRuns } from "./own-process.ts";
import { projectRoot, type Place } from "./place.ts";
import type { SandboxState } from "./state-file.ts";
import { loadSubstrate } from "./substrate.ts";

/** Name of the database, as on the real host. */
export const DATABASE = "directus";

/** How to reach the running cluster; `host` is its socket folder. */
export interface SandboxDatabase { readonly host: string; readonly port: number; readonly name: string; readonly systemIdentifier: string }

/** A run nobody has closed; `release` is the release_digest it began with. While there is one, nothing it depends on is laid anew. */
export interface OpenRun { readonly runId: string; readonly release: string }

/** What the database is laid from; `remember` stores the state after each step, so that an interrupted start goes on where it ended. */
export interface DatabaseWork {
  readonly place: Place;
  readonly credentials: SandboxCredentials;
  readonly madeNow: readonly SandboxRole[];
  readonly postgresBin: string;
  readonly runAs: "postgres" | undefined;
  readonly remember: (change: Partial<SandboxState>) => SandboxState;
  readonly say: (line: string) => void;
}

/** Starts the cluster when it is down, lays what is missing, and returns how to reach it. */
export async function ensureDatabase(work: DatabaseWork, state: SandboxState): Promise<{ database: SandboxDatabase; openRun: OpenRun | undefined }> {
  const { host, port } = await ensureCluster(work, state);
  const { credentials } = work;
  if (!state.database_loaded) await withClient({ host, port, name: "postgres" }, credentials.cluster, (client) => loadDatabase(work, client, { host, port }));
  // The cluster's own superuser lays the rest, because workflow_admin has no password before it is told.
  return await withClient({ host, port, name: DATABASE }, credentials.cluster, async (client) => {
    const openRun = await newestOpenRun(client);
    await layPackages(work, client, openRun);
    await tellPasswords(work, client);
    const answer = await client.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()");
    const systemIdentifier = answer.rows[0]?.id;
    if (systemIdentifier === undefined) throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "pg_control_system() gave no row", wanted: "the cluster's system identifier" });
    return { database: { host, port, name: DATABASE, systemIdentifier }, openRun };
  });
}

async function newestOpenRun(client: pg.Client): Promise<OpenRun | undefined> {
  const exists = await client.query<{ there: boolean }>("SELECT to_regclass('cutter_runtime.run') IS NOT NULL AS there");
  if (exists.rows[0]?.there !== true) return undefined;
  const open = await client.query<{ runId: string; release: string }>(
    'SELECT run_id AS "runId", release FROM cutter_runtime.run WHERE closed IS NULL ORDER BY opened DESC LIMIT 1',
  );
  return open.rows[0];
}

// startCluster finds a server of this data folder that already runs, so a lost state file costs nothing.
async function ensureCluster(work: DatabaseWork, state: SandboxState): Promise<{ host: string; port: number }> {
  const known = state.processes.postgres;
  if (!known || !stillRuns(known)) {
    work.say("starting the sandbox's PostgreSQL …");
    if (known) await leaveCrashBehind(work.place);
  }
  const cluster = await startCluster({
    dataDir: work.place.dataFolder, socketDir: work.place.socketFolder, binDir: work.postgresBin,
    superuser: work.credentials.cluster.user, superuserPassword: work.credentials.cluster.password,
    ...(work.runAs === undefined ? {} : { runAs: work.runAs }),
  });
  const identity = identifyProcess(cluster.pid);
  if (!identity) throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "PostgreSQL ended right after its start", wanted: "a running server", hint: `read ${join(work.place.dataFolder, "server.log")}` });
  work.remember({ processes: { postgres: identity } });
  return { host: cluster.socketDir, port: cluster.port };
}

// Workers of a killed server leave by themselves within a moment; a server of ours that we merely forgot keeps them and is found
// by startCluster. A zombie holds nothing, but PostgreSQL takes its number for a living owner of its lock files.
async function leaveCrashBehind({ dataFolder, socketFolder }: Place): Promise<void> {
  for (let waited = 0; waited < 10_000 && serverWorkers(dataFolder).length > 0; waited += 50) await sleep(50);
  if (serverWorkers(dataFolder).length > 0) return;
  const socketLocks = readdirSync(socketFolder).filter((name) => name.endsWith(".lock")).map((name) => join(socketFolder, name));
  for (const file of [join(dataFolder, "postmaster.pid"), ...socketLocks].filter((path) => existsSync(path))) {
    if (isZombie(Number(readFileSync(file, "utf8").split("\n")[0]))) rmSync(file);
  }
}

// A substrate that was interrupted half way is thrown away: before `database_loaded` nobody has put anything into it.
async function loadDatabase(work: DatabaseWork, client: pg.Client, at: { host: string; port: number }): Promise<void> {
  work.say("laying the existing system (substrate) into the database …");
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(DATABASE)}`);
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`);
  await withClient({ ...at, name: DATABASE }, work.credentials.cluster, (fresh) => loadSubstrate(fresh));
  work.remember({ database_loaded: true, packages: {}, roles_with_password: [] });
}

async function layPackages(work: DatabaseWork, client: pg.Client, openRun: OpenRun | undefined): Promise<void> {
  const folder = join(projectRoot(), "sql", "packages");
  for (const name of PACKAGES) {
    const laid = work.remember({}).packages;
    const digest = sha256(await packageSql(name, folder));
    if (laid[name] === digest) continue;
    if (openRun && laid[name] !== undefined) {
      work.say(`run ${openRun.runId} is open: database package ${name} stays as it is until the run is closed`);
      continue;
    }
    work.say(`laying database package ${name} …`);
    await applyPackages(client, [name], folder);
    work.remember({ packages: { ...laid, [name]: digest } });
  }
}

async function tellPasswords(work: DatabaseWork, client: pg.Client): Promise<void> {
  const told = work.remember({}).roles_with_password.filter((role) => !work.madeNow.some((made) => ROLE_NAMES[made] === role));
  const untold = Object.values(work.credentials).filter((credential) => !told.includes(credential.user));
  for (const { user, password } of untold) {
    await client.query(`ALTER ROLE ${client.escapeIdentifier(user)} PASSWORD ${client.escapeLiteral(password)}`);
  }
  if (untold.length > 0) work.remember({ roles_with_password: [...told, ...untold.map(({ user }) => user)] });
}

async function withClient<T>(at: { host: string; port: number; name: string }, who: SandboxCredential, use: (client: pg.Client) => Promise<T>): Promise<T> {
  // The driver fills what is left out from PG* of the caller's environment: options and ssl are therefore said.
  const client = new pg.Client({ host: at.host, port: at.port, database: at.name, user: who.user, password: who.password, ssl: false, options: "-c client_min_messages=warning" });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
