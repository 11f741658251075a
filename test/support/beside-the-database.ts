// The cluster's own superuser in the maintenance database: databases are copied and renamed from there.
import pg from "pg";
import type { Sandbox } from "../../scripts/sandbox/sandbox.ts";

/** Opens, works, closes. */
export async function besideTheDatabase(sandbox: Sandbox, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const { host, port } = sandbox.database;
  const { user, password } = sandbox.credentials.cluster;
  const client = new pg.Client({ host, port, database: "postgres", user, password, ssl: false });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
