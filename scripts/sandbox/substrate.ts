// Loads the existing system (schemas public and cutter_governance as far as they are known) into an empty database.
import { messageOf } from "../../runner/model/error-text.ts";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { projectRoot } from "../../infra/place.ts";

/**
 * Executes every file of `part`, a folder of sql/, in order, one transaction each. The client must be a superuser connected to the
 * database to fill. Loaded once into an empty database: a second time fails at the first CREATE TABLE.
 */
export async function loadSubstrate(client: Client, part = "substrate"): Promise<void> {
  const folder = join(projectRoot(), "sql", part);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of files) {
    const text = await readFile(join(folder, name), "utf8");
    try {
      await client.query("BEGIN");
      await client.query(text);
      await client.query("COMMIT");
    } catch (cause) {
      await client.query("ROLLBACK");
      throw new Error(`sql/${part}/${name}: ${messageOf(cause)}`, { cause });
    }
  }
}
