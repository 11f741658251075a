// How every session of the runner begins: encrypted as the configuration says, with our settings, and with PostgreSQL
// itself at the other end.
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import * as z from "zod";
import type { Config, SslMode } from "../model/config.ts";
import { Stopped } from "../model/stop.ts";
import {
  authoritiesOf,
  NO_POOLER,
  POOLER_ANSWERS,
  REFUSED_BY_POOLER,
  sessionOptions,
  SETTLE_SESSION,
} from "../rules/session-settings.ts";
import { readPlain } from "./plain-file.ts";

/** Where a server is and how it is spoken to; the modes mean what libpq documents. */
export interface ServerPlace {
  /** Socket folder or host name. */
  readonly host: string;
  readonly port: number;
  readonly sslmode: SslMode;
  /** File with the certificates of the authorities that are trusted; null: those of the system. */
  readonly sslrootcert: string | null;
}

/** The server of a configuration. */
export function placeOf({ host, port, sslmode, sslrootcert }: Config["database"]): ServerPlace {
  return { host, port, sslmode, sslrootcert: sslrootcert ?? null };
}

/** Database and login of one session. */
export interface Login {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** What a session may have otherwise. */
export interface SessionExtras {
  readonly applicationName: string;
  /** Settings over the pinned ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Destroying it ends every wait. */
  readonly socket?: Socket;
}

/**
 * An open session. Fails with the driver's own error where the server refuses or nobody answers, STOP_COULD_NOT_LOOK
 * for a file of authorities
 * that cannot be read, STOP_PRECHECK_FAILED when a connection pooler is at the other end. Encryption is agreed before any password is sent.
 */
export async function openSession(
  place: ServerPlace,
  login: Login,
  { applicationName, settings, socket }: SessionExtras,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: place.host,
    port: place.port,
    ...login,
    ssl: await tlsOf(place),
    options: sessionOptions(settings),
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    application_name: applicationName,
    ...(socket ? { stream: () => socket } : {}),
  });
  // A connection that breaks between statements must not end the process as an uncaught event; the next statement reports it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await settle(client, place);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (error instanceof Error && REFUSED_BY_POOLER.test(error.message)) throw pooler(place, error.message, error);
    throw error;
  }
}

const settled = z.object({ pid: z.int() });

/** A pooler answers with a process number of its own. */
async function settle(client: pg.Client, place: ServerPlace): Promise<void> {
  const { pid } = settled.parse((await client.query(SETTLE_SESSION)).rows[0]);
  const told = z.object({ processID: z.int() }).parse(client).processID;
  if (pid !== told) throw pooler(place, `process ${told} was announced and ${pid} answers`);
}

function pooler({ host, port }: ServerPlace, saw: string, cause?: unknown): Stopped {
  return new Stopped(
    "STOP_PRECHECK_FAILED",
    {
      saw: `${POOLER_ANSWERS} at ${host}:${port} (${saw})`,
      wanted: "PostgreSQL itself",
      hint: `name the server's own host and port in database.host and database.port: ${NO_POOLER}`,
    },
    cause,
  );
}

/** How TLS is spoken with a server; false in clear. STOP_COULD_NOT_LOOK when the authorities cannot be read. */
export async function tlsOf(place: ServerPlace): Promise<ConnectionOptions | false> {
  // libpq speaks clear on a socket file whatever the mode; nobody can listen there.
  if (place.sslmode === "disable" || place.host.startsWith("/")) return false;
  const file = authoritiesOf(place);
  if (file === undefined) return { rejectUnauthorized: false };
  const ca = await readPlain(file).catch((error: unknown) => {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      {
        saw: `${file} cannot be read`,
        wanted: `the certificates of the authorities for sslmode ${place.sslmode}`,
        hint: "name the file in database.sslrootcert",
      },
      error,
    );
  });
  return place.sslmode === "verify-full"
    ? { ca, rejectUnauthorized: true }
    : { ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}
