// Lays and takes back database packages in a test's database by the very scripts that `up` and `package undo` send to a host.
import { dirname, join } from "node:path";
import { execa } from "execa";
import type pg from "pg";
import { packageComponents } from "../../infra/declared-packages.ts";
import { PACKAGES, readPackage, type PackageName } from "../../infra/packages.ts";
import { projectRoot } from "../../infra/place.ts";
import { renderEngine, renderEngineUndo } from "../../infra/render/engine-database.ts";
import { renderUndo } from "../../infra/render/package.ts";
import type { PsqlPlace } from "../../infra/render/psql.ts";
import { readOwnSources } from "../../infra/sources.ts";

/** Where the database is; the password of workflow_admin stands in the cluster's password file. */
export interface TestCluster {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly binDir: string;
}

/** Password file of a test cluster, in psql's form. */
export const passwordFile = ({ dataDir }: Pick<TestCluster, "dataDir">): string => join(dirname(dataDir), "passwords");

/** A package of this checkout. */
export const ownPackage = (name: PackageName) => readPackage(name, join(projectRoot(), "sql", "packages"));

/** Lays packages in their own order, each believed after its own check; answers what the scripts said. An error holds what psql said. */
export async function layPackages(
  ground: TestCluster,
  database: string,
  names: readonly PackageName[] = PACKAGES,
): Promise<string[]> {
  const sources = readOwnSources({ sandbox: true, database: { packages: [...names], ack: {} } }, projectRoot());
  const at = { place: placeOf(ground, database), node: process.execPath, logins: {}, envProgram: undefined, first: [] };
  const said: string[] = [];
  for (const { script } of packageComponents(at, sources).own) said.push(await run(script));
  return said;
}

/** Takes packages back, newest first. */
export async function undoPackages(
  ground: TestCluster,
  database: string,
  names: readonly PackageName[] = PACKAGES,
): Promise<void> {
  const place = placeOf(ground, database);
  for (const name of PACKAGES.filter((one) => names.includes(one)).reverse())
    await run(renderUndo({ ...ownPackage(name), allowed: true }, place));
}

/** The scheduler's own database, laid and taken back by the scripts that `up` and `package undo engine` send; they answer what was said. */
export function schedulersDatabase(
  ground: TestCluster,
  database: string,
): { readonly lay: () => Promise<string>; readonly undo: () => Promise<string> } {
  const { engine } = readOwnSources({ sandbox: true, database: { packages: [], ack: {} } }, projectRoot());
  const declared = { database: "cutter_engine", place: placeOf(ground, database), ...engine };
  return { lay: () => run(renderEngine(declared)), undo: () => run(renderEngineUndo(declared)) };
}

/** What the package's own check finds: one row a fact, read only. */
export async function packageFacts(
  client: pg.Client,
  name: PackageName,
): Promise<readonly { readonly fact: string; readonly ok: boolean }[]> {
  return (await client.query<{ fact: string; ok: boolean }>(ownPackage(name).check)).rows;
}

const placeOf = (ground: TestCluster, name: string): PsqlPlace => ({
  psql: join(ground.binDir, "psql"),
  host: ground.host,
  port: ground.port,
  name,
  user: "workflow_admin",
  passFile: passwordFile(ground),
});

async function run(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await execa("sh", ["-s"], { input: script, reject: false });
  if (exitCode !== 0) throw new Error(`status ${exitCode ?? "?"}: ${stderr}`);
  return stdout;
}
