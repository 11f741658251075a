// A connection as the database administrator of a sandbox, for what a test looks up or breaks by hand.
import pg from "pg";
import { sessionOptions } from "../../runner/rules/session-settings.ts";
import type { Sandbox } from "../../scripts/sandbox/sandbox.ts";

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
