// The PostgreSQL clusters of one vitest run: one a worker, because the connection limits of the real roles (2) count per
// cluster. Each holds two template databases: the substrate alone, and the substrate with every package applied.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startCluster, stopProcess } from "../../runner/adapters/postgres-cluster.ts";
import type { Cluster, ProcessName } from "../../runner/adapters/postgres-cluster.ts";
import { processStart } from "../../runner/adapters/process-identity.ts";
import { sessionOptions } from "../../runner/rules/session-settings.ts";
import { PACKAGES } from "../../infra/packages.ts";
import type { PackageName } from "../../infra/packages.ts";
import { postgresBin, postgresPackage } from "../../scripts/build/programs.mjs";
import { loadSubstrate } from "../../scripts/sandbox/substrate.ts";
import { layPackages, passwordFile } from "./lay-packages.ts";
import { CLUSTER_PARENTS, clusterParent } from "./memory-folder.ts";

/** The superuser made by initdb; not a role of the existing system. */
export const BOOTSTRAP_ROLE = "cluster_owner";
export const SUBSTRATE_TEMPLATE = "template_substrate";
export const PACKAGES_TEMPLATE = "template_packages";

/** Roles that log in; those of packages exist only once their package has been applied. */
export const LOGIN_ROLES = [
  "workflow_admin",
  "directus",
  "cutter_exec",
  "cutter_verify",
  "context_pack_readonly",
  "cutter_gate",
  "cutter_halt",
  "cutter_backup",
  "cutter_engine",
] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number] | typeof BOOTSTRAP_ROLE;

/** What a test worker needs to know of one cluster; plain data, because vitest sends it between processes. */
export interface ClusterFacts {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly binDir: string;
  readonly passwords: Readonly<Record<LoginRole, string>>;
  /** Why the template with packages could not be made; null when it stands. */
  readonly packagesError: string | null;
}

type BareFacts = Omit<ClusterFacts, "packagesError">;

export interface TestCluster {
  readonly facts: ClusterFacts;
  stop(): Promise<void>;
}

/** How durable the cluster is: `fast` for everything that does not crash the server. */
export type Durability = "fast" | "durable";

/** The installation that a sandbox would take. Fails, naming the package, when this machine has none. */
export function findPostgresPrograms(): string {
  const folder = postgresBin();
  if (folder === undefined) throw new Error(`no PostgreSQL here: apt-get install ${postgresPackage()}`);
  return folder;
}

/**
 * Starts a cluster of its own, in memory where there is room unless it is durable, loads both templates and returns the facts; `stop` leaves nothing behind. With `tcpPort` it is
 * reached there alone, as a real host's.
 */
export async function startTestCluster(
  durability: Durability = "fast",
  binDir = findPostgresPrograms(),
  tcpPort?: number,
): Promise<TestCluster> {
  const home = join(durability === "fast" ? clusterParent() : "/tmp", `c-${randomBytes(4).toString("hex")}`);
  await mkdir(home, { mode: 0o711 });
  await writeFile(join(home, "owner.json"), JSON.stringify(await thisProcess()));
  const passwords = Object.fromEntries(
    [BOOTSTRAP_ROLE, ...LOGIN_ROLES].map((role) => [role, randomBytes(12).toString("hex")]),
  ) as Record<LoginRole, string>;
  let cluster: Cluster | undefined;
  const stop = async (): Promise<void> => {
    await cluster?.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    cluster = await startCluster({
      dataDir: join(home, "data"),
      socketDir: join(home, "socket"),
      binDir,
      runAs: "postgres",
      settings: {
        ...(durability === "fast" ? { fsync: "off", max_connections: "100", max_wal_size: "256MB" } : {}),
        ...(tcpPort === undefined ? {} : { listen_addresses: "127.0.0.1", port: String(tcpPort) }),
      },
      ...(tcpPort === undefined ? {} : { hbaLines: ["host all all 127.0.0.1/32 scram-sha-256"] }),
      superuser: BOOTSTRAP_ROLE,
      superuserPassword: passwords[BOOTSTRAP_ROLE],
    });
    await writeFile(
      passwordFile(cluster),
      Object.entries(passwords)
        .map(([role, password]) => `*:*:*:${role}:${password}\n`)
        .join(""),
      { mode: 0o600 },
    );
    const base = {
      host: tcpPort === undefined ? cluster.socketDir : "127.0.0.1",
      port: cluster.port,
      dataDir: cluster.dataDir,
      binDir,
      passwords,
    };
    const packagesError = await makeTemplates(base);
    return { facts: { ...base, packagesError }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends clusters whose test run was killed before it could do so: their owner's pid and start time no longer match. */
export async function endOrphans(): Promise<void> {
  for (const home of (await Promise.all(CLUSTER_PARENTS.map(clustersIn))).flat()) {
    const owner = await readFile(join(home, "owner.json"), "utf8").then(
      (text) => JSON.parse(text) as ProcessName,
      () => undefined,
    );
    if (!owner || processStart(owner.pid) === owner.startTicks) continue;
    const pid = Number((await readFile(join(home, "data", "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
    const startTicks = pid > 0 ? processStart(pid) : undefined;
    const command = startTicks === undefined ? "" : await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (startTicks !== undefined && command.includes(home)) await stopProcess({ pid, startTicks });
    await rm(home, { recursive: true, force: true });
  }
}

const clustersIn = async (parent: string): Promise<string[]> =>
  (await readdir(parent).catch(() => []))
    .filter((entry) => /^c-[0-9a-f]{8}$/.test(entry))
    .map((entry) => join(parent, entry));

/** What a test does and looks at as superuser is the same in a database with settings of its own. */
const OWN_OPTIONS = sessionOptions({ search_path: '"$user",public', client_min_messages: "notice" });

const TOO_MANY_CONNECTIONS = "53300";
/** How long a busy server counts a connection that has ended. */
export const ENDING_MILLISECONDS = 2_000;

/** A connection of `role` to `database`; the caller ends it. On a busy machine one that a test before has ended is counted a moment longer. */
export async function connectAs(facts: BareFacts, role: LoginRole, database: string): Promise<pg.Client> {
  for (const began = Date.now(); ;) {
    const client = new pg.Client({
      host: facts.host,
      port: facts.port,
      user: role,
      password: facts.passwords[role],
      database,
      ...(role === BOOTSTRAP_ROLE ? { options: OWN_OPTIONS } : {}),
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (
        !(error instanceof pg.DatabaseError) ||
        error.code !== TOO_MANY_CONNECTIONS ||
        Date.now() - began > ENDING_MILLISECONDS
      )
        throw error;
      await sleep(50);
    }
  }
}

/** Runs `work` on a connection of its own and ends it. */
export async function withClient<T>(
  facts: BareFacts,
  role: LoginRole,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectAs(facts, role, database);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Lays packages as workflow_admin by the scripts of a real host, and gives the roles they make passwords. */
export async function applyPackagesTo(
  facts: BareFacts,
  database: string,
  names: readonly PackageName[],
): Promise<void> {
  await layPackages(facts, database, names);
  await setPasswords(facts);
}

async function makeTemplates(facts: BareFacts): Promise<string | null> {
  const administer = (sql: string): Promise<unknown> =>
    withClient(facts, BOOTSTRAP_ROLE, "postgres", (client) => client.query(sql));
  await administer(`CREATE DATABASE ${SUBSTRATE_TEMPLATE}`);
  await withClient(facts, BOOTSTRAP_ROLE, SUBSTRATE_TEMPLATE, (client) => loadSubstrate(client));
  await setPasswords(facts);
  await administer(`CREATE DATABASE ${PACKAGES_TEMPLATE} TEMPLATE ${SUBSTRATE_TEMPLATE} OWNER workflow_admin`);
  try {
    await applyPackagesTo(facts, PACKAGES_TEMPLATE, PACKAGES);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function setPasswords(facts: BareFacts): Promise<void> {
  await withClient(facts, BOOTSTRAP_ROLE, "postgres", async (client) => {
    const { rows } = await client.query<{ rolname: LoginRole }>(
      "SELECT rolname FROM pg_authid WHERE rolname = ANY ($1) AND rolpassword IS NULL",
      [LOGIN_ROLES],
    );
    for (const { rolname } of rows) {
      await client.query(
        `ALTER ROLE ${client.escapeIdentifier(rolname)} PASSWORD ${client.escapeLiteral(facts.passwords[rolname])}`,
      );
    }
  });
}

async function thisProcess(): Promise<ProcessName> {
  return { pid: process.pid, startTicks: processStart(process.pid) ?? "" };
}
