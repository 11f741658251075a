// Applies database packages: each is one transaction of the superuser, believed only after its own check.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { ClientBase } from "pg";
import * as z from "zod";
import { isStopCode, Stopped } from "../runner/model/stop.ts";

/** Every database package, in the order in which one may stand on the earlier ones. */
export const PACKAGES = ["read-rights", "two-grant", "runtime", "revert", "admission"] as const;
export type PackageName = (typeof PACKAGES)[number];

const FOLDER = fileURLToPath(new URL("../sql/packages/", import.meta.url));

const checkRows = z.array(z.object({ fact: z.string(), ok: z.boolean() }));
const stopDetail = z.object({ saw: z.string(), wanted: z.string() });

/**
 * The exact SQL that applying a package executes: its `apply*.sql` (usually one file) in name order, without BEGIN and COMMIT.
 * These bytes are what a host's owner acknowledges (docs/decisions/0110-database-packages.md).
 */
export async function packageSql(name: PackageName, folder: string = FOLDER): Promise<string> {
  const names = (await readdir(join(folder, name))).filter((file) => /^apply.*\.sql$/.test(file)).sort();
  const parts = await Promise.all(names.map((file) => readFile(join(folder, name, file), "utf8")));
  return parts.join("\n");
}

/** What the package's own check finds: one row a fact, read only. */
export async function checkPackage(
  client: ClientBase,
  name: PackageName,
  folder: string = FOLDER,
): Promise<readonly { readonly fact: string; readonly ok: boolean }[]> {
  const answer = await client.query(await readFile(join(folder, name, "check.sql"), "utf8"));
  return checkRows.parse(answer.rows);
}

/**
 * Applies the packages in the given order and checks each before its COMMIT; a package that does not prove itself is rolled back.
 * `superuser` is a connection of workflow_admin or the bootstrap superuser, outside a transaction.
 * Stops with STOP_PRECHECK_FAILED (a check fails) or with the stop the package itself raises.
 */
export async function applyPackages(
  superuser: ClientBase,
  names: readonly PackageName[] = PACKAGES,
  folder: string = FOLDER,
): Promise<void> {
  for (const name of names) {
    const sql = await packageSql(name, folder);
    await inTransaction(superuser, async () => {
      await superuser.query(sql);
      const failed = (await checkPackage(superuser, name, folder)).filter((row) => !row.ok).map((row) => row.fact);
      if (failed.length > 0) {
        throw new Stopped("STOP_PRECHECK_FAILED", {
          saw: `package ${name} does not hold after it was applied`,
          wanted: "every fact of its check",
          details: failed,
        });
      }
    });
  }
}

/** Takes packages back, newest first by the order of `PACKAGES`; each undo is one transaction. */
export async function undoPackages(
  superuser: ClientBase,
  names: readonly PackageName[] = PACKAGES,
  folder: string = FOLDER,
): Promise<void> {
  for (const name of PACKAGES.filter((one) => names.includes(one)).reverse()) {
    const sql = await readFile(join(folder, name, "undo.sql"), "utf8");
    await inTransaction(superuser, async () => {
      await superuser.query(sql);
    });
  }
}

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw stopOf(error);
  }
}

/** A refusal our SQL raised (SQLSTATE CUT01) as the stop it names; anything else unchanged. */
function stopOf(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code !== "CUT01" || !isStopCode(error.message)) return error;
  return new Stopped(error.message, stopDetail.parse(JSON.parse(error.detail ?? "null")), error);
}
