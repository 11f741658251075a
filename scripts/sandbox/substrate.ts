// Loads the existing system (schemas public and cutter_governance as far as they are known) into an empty database.
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Client } from "pg";

/**
 * Executes every file of sql/substrate in order, one transaction each. The client must be a superuser connected to the
 * database to fill. Loaded once into an empty database: a second time fails at the first CREATE TABLE.
 */
export async function loadSubstrate(client: Client, folder = findSqlFolder("substrate")): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of files) {
    const text = await readFile(join(folder, name), "utf8");
    try {
      await client.query("BEGIN");
      await client.query(text);
      await client.query("COMMIT");
    } catch (cause) {
      await client.query("ROLLBACK");
      throw new Error(`sql/substrate/${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

/** The project's sql/<part> folder, found upwards from this file, so that it is found from sources and from a bundle. */
export function findSqlFolder(part: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "sql", part);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`no folder sql/${part} above ${import.meta.dirname}`);
}
