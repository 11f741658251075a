// The recorded definitions of our own tables against a database in which every package is laid.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databaseScope } from "../../infra/database-spec.ts";
import { parseRights } from "../../infra/rights.ts";
import { projectRoot } from "../../infra/place.ts";
import { freshDatabase } from "../support/database.ts";

test("every column, constraint, index and trigger of ours stands in infra/table-definitions.json as the catalogs word it; vitest -u writes it anew", async () => {
  const database = await freshDatabase();
  try {
    const read = (...path: string[]): string => readFileSync(join(projectRoot(), ...path), "utf8");
    const statement = read("infra", "sql", "host-facts.sql").replaceAll(":'scope'", "$1");
    const client = await database.connect();
    await client.query("SET search_path = pg_catalog");
    const { rows } = await client.query<{ path: string; lies_in: string; state: string }>(statement, [
      JSON.stringify(databaseScope(parseRights(read("sql", "rights.json")))),
    ]);
    const definitions: Record<string, Record<string, string>> = {};
    for (const { path, lies_in: table, state } of rows
      .filter((row) => /^(?:column|constraint|index|definition of trigger) /.test(row.path))
      .sort((one, other) => (one.path < other.path ? -1 : 1))) {
      (definitions[table.replace(/^table |^trigger .* on /, "")] ??= {})[path] = state;
    }
    expect(Object.keys(definitions).length).toBe(36);
    await expect(`${JSON.stringify(definitions, null, 1)}\n`).toMatchFileSnapshot(
      join(projectRoot(), "infra", "table-definitions.json"),
    );
  } finally {
    await database.drop();
  }
});
