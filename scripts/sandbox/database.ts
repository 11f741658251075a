// The sandbox's PostgreSQL: cluster, the existing system (substrate) and its passwords. Nothing of the cutter: provisioning lays that.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startCluster } from "../../runner/adapters/postgres-cluster.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { ROLE_NAMES, type SandboxCredential, type SandboxCredentials, type SandboxRole } from "./credentials.ts";
import { identifyProcess, isZombie, serverWorkers, stillRuns } from "./own-process.ts";
import type { Place } from "./place.ts";
import type { SandboxState } from "./state-file.ts";
import { loadSubstrate } from "./substrate.ts";

/** Name of the database, as on the real host. */
const DATABASE = "directus";

/** How to reach the running cluster; `host` is its socket folder. */
export interface SandboxDatabase {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly systemIdentifier: string;
}

/** Login roles that the existing system has before the cutter is laid. */
const SYSTEM_ROLES = ["cluster", "admin", "exec", "verify"] as const;

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
export async function ensureDatabase(work: DatabaseWork, state: SandboxState): Promise<SandboxDatabase> {
  const { host, port } = await ensureCluster(work, state);
  const { credentials } = work;
  if (!state.database_loaded)
    await withClient({ host, port, name: "postgres" }, credentials.cluster, (client) =>
      loadDatabase(work, client, { host, port }),
    );
  // The cluster's own superuser lays the rest, because workflow_admin has no password before it is told.
  return await withClient({ host, port, name: DATABASE }, credentials.cluster, async (client) => {
    await tellPasswords(work, client);
    const answer = await client.query<{ id: string }>(
      "SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()",
    );
    const systemIdentifier = answer.rows[0]?.id;
    if (systemIdentifier === undefined)
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw: "pg_control_system() gave no row",
        wanted: "the cluster's system identifier",
      });
    return { host, port, name: DATABASE, systemIdentifier };
  });
}

// startCluster finds a server of this data folder that already runs, so a lost state file costs nothing.
async function ensureCluster(work: DatabaseWork, state: SandboxState): Promise<{ host: string; port: number }> {
  const known = state.processes.postgres;
  if (!known || !stillRuns(known)) {
    work.say("starting the sandbox's PostgreSQL …");
    if (known) await leaveCrashBehind(work.place);
  }
  const cluster = await startCluster({
    dataDir: work.place.dataFolder,
    socketDir: work.place.socketFolder,
    binDir: work.postgresBin,
    superuser: work.credentials.cluster.user,
    superuserPassword: work.credentials.cluster.password,
    ...(work.runAs === undefined ? {} : { runAs: work.runAs }),
  });
  const identity = identifyProcess(cluster.pid);
  if (!identity)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "PostgreSQL ended right after its start",
      wanted: "a running server",
      hint: `read ${join(work.place.dataFolder, "server.log")}`,
    });
  work.remember({ processes: { postgres: identity } });
  return { host: cluster.socketDir, port: cluster.port };
}

// Workers of a killed server leave by themselves within a moment; a server of ours that we merely forgot keeps them and is found
// by startCluster. A zombie holds nothing, but PostgreSQL takes its number for a living owner of its lock files.
async function leaveCrashBehind({ dataFolder, socketFolder }: Place): Promise<void> {
  for (let waited = 0; waited < 10_000 && serverWorkers(dataFolder).length > 0; waited += 50) await sleep(50);
  if (serverWorkers(dataFolder).length > 0) return;
  const socketLocks = readdirSync(socketFolder)
    .filter((name) => name.endsWith(".lock"))
    .map((name) => join(socketFolder, name));
  for (const file of [join(dataFolder, "postmaster.pid"), ...socketLocks].filter((path) => existsSync(path))) {
    if (isZombie(Number(readFileSync(file, "utf8").split("\n")[0]))) rmSync(file);
  }
}

// A substrate that was interrupted half way is thrown away: before `database_loaded` nobody has put anything into it.
async function loadDatabase(work: DatabaseWork, client: pg.Client, at: { host: string; port: number }): Promise<void> {
  work.say("laying the existing system (substrate) into the database …");
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(DATABASE)}`);
  await client.query(
    `CREATE DATABASE ${client.escapeIdentifier(DATABASE)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`,
  );
  await withClient({ ...at, name: DATABASE }, work.credentials.cluster, (fresh) => loadSubstrate(fresh));
  work.remember({ database_loaded: true, roles_with_password: [] });
}

// Roles of the existing system have passwords before anybody provisions; those of our packages get theirs from `npm run up`,
// unless their env file was made again.
async function tellPasswords(work: DatabaseWork, client: pg.Client): Promise<void> {
  const made = work.madeNow.map((role) => ROLE_NAMES[role]);
  const told = work.remember({}).roles_with_password.filter((role) => !made.includes(role));
  const there = await client.query<{ name: string }>("SELECT rolname AS name FROM pg_catalog.pg_roles");
  const known = there.rows.map(({ name }) => name);
  const untold = SYSTEM_ROLES.map((role) => work.credentials[role]).filter(({ user }) => !told.includes(user));
  const again = Object.values(work.credentials).filter(
    ({ user }) => made.includes(user) && known.includes(user) && !untold.some((one) => one.user === user),
  );
  for (const { user, password } of [...untold, ...again]) {
    await client.query(`ALTER ROLE ${client.escapeIdentifier(user)} PASSWORD ${client.escapeLiteral(password)}`);
  }
  if (untold.length > 0) work.remember({ roles_with_password: [...told, ...untold.map(({ user }) => user)] });
}

async function withClient<T>(
  at: { host: string; port: number; name: string },
  who: SandboxCredential,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  // The driver fills what is left out from PG* of the caller's environment: options and ssl are therefore said.
  const client = new pg.Client({
    host: at.host,
    port: at.port,
    database: at.name,
    user: who.user,
    password: who.password,
    ssl: false,
    options: "-c client_min_messages=warning",
  });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
