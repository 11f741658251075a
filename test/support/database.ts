// A database of its own for a test: a clone of a template, under a random name, dropped afterwards.
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { inject } from "vitest";
import { findSqlFolder, loadSubstrate } from "../../scripts/sandbox/substrate.ts";
import type { PackageName } from "../../infra/packages.ts";
import {
  BOOTSTRAP_ROLE,
  PACKAGES_TEMPLATE,
  SUBSTRATE_TEMPLATE,
  applyPackagesTo,
  connectAs,
  withClient,
} from "./cluster.ts";
import type { ClusterFacts, LoginRole } from "./cluster.ts";

/** Settings for node-postgres, psql (PGHOST ...) or the runner's connection port. */
export interface RoleConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: LoginRole;
  readonly password: string;
}

export interface FreshDatabase {
  readonly name: string;
  readonly cluster: ClusterFacts;
  /** Connection settings of a role; of the cluster's superuser by default. */
  settings(role?: LoginRole): RoleConnection;
  /** An open connection of a role; ended by `drop` at the latest. */
  connect(role?: LoginRole): Promise<pg.Client>;
  /** Rows of one statement as a role (superuser by default), on a connection of its own. */
  rows<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[], role?: LoginRole): Promise<Row[]>;
  /** Ends its connections and drops the database. */
  drop(): Promise<void>;
}

export interface FreshOptions {
  /** `all`: every package that exists; a list: the substrate plus these, applied in this order; empty: the substrate alone. */
  readonly packages?: "all" | readonly PackageName[];
  /** Another application lives in the same database, with all that one leaves there: sql/substrate/application. */
  readonly application?: boolean;
  /** Another cluster than this worker's. */
  readonly cluster?: ClusterFacts;
}

/** Clones the template and returns the new database. Fails, naming the package, when one of them does not apply. */
export async function freshDatabase(options: FreshOptions = {}): Promise<FreshDatabase> {
  const packages = options.packages ?? "all";
  const cluster = options.cluster ?? clusterOfThisWorker();
  if (packages === "all" && cluster.packagesError !== null) throw new Error(cluster.packagesError);
  const name = `t_${randomBytes(6).toString("hex")}`;
  const template = packages === "all" ? PACKAGES_TEMPLATE : SUBSTRATE_TEMPLATE;
  await administer(cluster, `CREATE DATABASE ${name} TEMPLATE ${template} OWNER workflow_admin`);
  if (packages !== "all" && packages.length > 0) await applyPackagesTo(cluster, name, packages);
  if (options.application)
    await withClient(cluster, BOOTSTRAP_ROLE, name, (client) =>
      loadSubstrate(client, findSqlFolder("substrate/application")),
    );
  const open = new Set<pg.Client>();
  const settings = (role: LoginRole = BOOTSTRAP_ROLE): RoleConnection => ({
    host: cluster.host,
    port: cluster.port,
    database: name,
    user: role,
    password: cluster.passwords[role],
  });
  return {
    name,
    cluster,
    settings,
    async connect(role = BOOTSTRAP_ROLE) {
      const client = await connectAs(cluster, role, name);
      // DROP DATABASE ... WITH (FORCE) ends what a test left open; that is no error of the next test.
      client.on("error", () => undefined);
      open.add(client);
      client.on("end", () => open.delete(client));
      return client;
    },
    rows: (sql, values = [], role = BOOTSTRAP_ROLE) =>
      withClient(cluster, role, name, async (client) => (await client.query(sql, [...values])).rows),
    async drop() {
      await Promise.all([...open].map((client) => client.end().catch(() => undefined)));
      await administer(cluster, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Workers run at the same time and a role's connection limit counts per cluster, so each worker has its own. */
export function clusterOfThisWorker(): ClusterFacts {
  const clusters = inject("clusters");
  const worker = Number(process.env["VITEST_POOL_ID"] ?? "1") - 1;
  const cluster = clusters[worker % clusters.length];
  if (!cluster) throw new Error("no test cluster: is test/support/global-setup.ts a globalSetup of this project?");
  return cluster;
}

async function administer(cluster: ClusterFacts, sql: string): Promise<void> {
  await withClient(cluster, BOOTSTRAP_ROLE, "postgres", (client) => client.query(sql));
}
