// A connection as the database administrator of a sandbox, for what a test looks up or breaks by hand.
import pg from "pg";
import { sessionOptions } from "../../runner/rules/session-settings.ts";
import type { Sandbox } from "../../scripts/sandbox/sandbox.ts";

/** Opens, works, closes; sessions run as workflow_admin, as the ledger's owner would. */
export async function asAdministrator<T>(sandbox: Sandbox, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = administrator(sandbox);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A connection that stays open, for who looks ten times a second: opening one takes the server a tenth of a second of a core. */
export interface StayingConnection {
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  end(): Promise<void>;
}

/** Opened when it is first needed, and anew after it broke. */
export function stayingConnection(sandbox: Sandbox): StayingConnection {
  let open: Promise<pg.Client> | undefined;
  const connected = async (): Promise<pg.Client> => {
    const client = administrator(sandbox);
    client.on("error", () => (open = undefined));
    client.on("end", () => (open = undefined));
    await client.connect();
    return client;
  };
  return {
    sql: async (text, values = []) => {
      open ??= connected();
      const client = await open.catch((error: unknown) => {
        open = undefined;
        throw error;
      });
      return (await client.query<never>(text, values)).rows;
    },
    end: async () => {
      await (await open?.catch(() => undefined))?.end();
    },
  };
}

function administrator(sandbox: Sandbox): pg.Client {
  const { host, port, name } = sandbox.database;
  const { user, password } = sandbox.credentials.admin;
  const options = sessionOptions({ search_path: '"$user",public', client_min_messages: "notice" });
  return new pg.Client({ host, port, database: name, user, password, options });
}
