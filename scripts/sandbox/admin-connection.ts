// A connection as the sandbox's database administrator, for what the runner never does: registering a source.
import pg from "pg";
import { sessionOptions } from "../../runner/rules/session-settings.ts";
import type { Sandbox } from "./sandbox.ts";

/** Opens, works, closes; sessions run as workflow_admin, as the ledger's owner would. */
export async function asAdministrator<T>(sandbox: Sandbox, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { host, port, name } = sandbox.database;
  const { user, password } = sandbox.credentials.admin;
  const options = sessionOptions({ search_path: '"$user",public', client_min_messages: "notice" });
  const client = new pg.Client({ host, port, database: name, user, password, options });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
