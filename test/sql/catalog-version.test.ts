// The version of the catalogs says when the facts of the environment must be read again: it covers every catalog they are read from.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ENVIRONMENT_STATEMENTS } from "../../runner/rules/environment-hash.ts";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";

const SCOPE = { settings: ["server_version", "fsync"] };

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(async () => {
  await db.drop();
});

test("the version of the catalogs is made of every catalog that the facts are read from, alike for both principals", async () => {
  const version = await readFile(new URL("../../sql/read/catalog-version.sql", import.meta.url), "utf8");
  const catalogs = new Set<string>();
  for (const name of ENVIRONMENT_STATEMENTS) {
    const text = await readFile(new URL(`../../sql/${name}.sql`, import.meta.url), "utf8");
    for (const [, catalog = ""] of text.matchAll(/\b(?:FROM|JOIN)\s+(pg_[a-z_]+)\b(?!\()/g)) catalogs.add(catalog);
  }
  // Its values are read one by one; a library that defines settings of its own is loaded by a restart.
  catalogs.delete("pg_settings");
  expect([...catalogs].filter((catalog) => !new RegExp(`FROM ${catalog}\\b`).test(version))).toEqual([]);
  expect(catalogs.size).toBeGreaterThan(20);
  const read = async (role: "cutter_exec" | "cutter_verify"): Promise<unknown> => {
    const client = await db.connect(role);
    await client.query("SET search_path = pg_catalog");
    const seen = await client.query<{ version: string }>(version, [SCOPE]);
    await client.end();
    return seen.rows;
  };
  expect(await read("cutter_exec")).toEqual(await read("cutter_verify"));
});
