// Which machine of a host tells people what all of its machines know: asked of the beats in the database.
import { hostname } from "node:os";
import type { Config } from "../model/config.ts";
import { tellsForHost } from "../rules/machine-answer.ts";
import { credentialOf } from "./credentials.ts";
import { postgresDatabase } from "./postgres.ts";

/** True on a host of one machine, and where the database does not answer: told twice is better than never. */
export async function tellsForItsHost(config: Config): Promise<boolean> {
  if (config.machines === undefined) return true;
  const database = postgresDatabase(config, (role) => credentialOf(config, role), { single: true });
  try {
    const beats = await database.read("exec", (reader) => reader.query("read/host-beats"));
    return tellsForHost(config.machines.names, hostname(), beats);
  } catch {
    return true;
  } finally {
    await database.end();
  }
}
