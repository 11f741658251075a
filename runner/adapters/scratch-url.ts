// A scratch server that somebody else runs and hands over by a url: empty, not our own, used by one at a time, left as it was found.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import * as z from "zod";
import { sslModeSchema } from "../model/config.ts";
import type { RunningScratch, ScratchServer } from "../world/backup.ts";
import { Stopped } from "../model/stop.ts";
import { majorOf } from "../rules/postgres-versions.ts";
import { connectTo } from "./backup-source.ts";
import type { DatabaseAccess } from "./postgres-programs.ts";
import { readSafely } from "./safe-file.ts";
import { bound } from "./statements.ts";

/** Where the url stands and which server it must not lead to. */
export interface UrlSettings {
  readonly binDir: string;
  /** File with one line `postgresql://user:password@host:port/database?sslmode=...`; a socket folder as host is percent-encoded. */
  readonly urlFile: string;
  /** system_identifier of the database of this host. */
  readonly target: string;
}

const URL_CAP = 4096;
/** As many as the servers we make ourselves have: a restore of thousands of objects is one transaction. */
const LOCKS = 4096;
/** Held by whoever uses the server; of this session, so it ends with its holder. */
const IN_USE = "SELECT pg_catalog.pg_try_advisory_lock(4850188127903746002) AS free";

const facts = z.strictObject({
  system_identifier: z.string(),
  version_num: z.int(),
  in_recovery: z.boolean(),
  superuser: z.boolean(),
  locks: z.int(),
  claimed: z.boolean(),
  databases: z.array(z.string()),
  roles: z.array(z.string()),
  relations: z.array(z.string()),
});
const made = z.array(z.object({ statement: z.string() }));

/** The `url` adapter of the scratch server port. STOP_BACKUP_FAILED when the server is not one a restore may use; it is then untouched. */
export function urlScratch(settings: UrlSettings): ScratchServer {
  return { adapter: "url", binDir: settings.binDir, start: () => start(settings) };
}

async function start(settings: UrlSettings): Promise<RunningScratch> {
  const access = await accessOf(settings.urlFile);
  const keeper = await connectTo(access, "cutter/scratch-claim").catch((error: unknown) => {
    const reason = error instanceof Stopped ? error.facts.saw.replace(/^the source database: /, "") : "no answer";
    throw refused(`it cannot be entered: ${reason}`, "a running server and the right password");
  });
  let folder: string | undefined;
  let major: number;
  try {
    major = majorOf(await claim(keeper, settings.target));
    folder = await mkdtemp(join(tmpdir(), "cu-"));
  } catch (error) {
    await keeper.end();
    throw error;
  }
  const kept = folder;
  return {
    socketDir: access.host,
    port: access.port,
    sslmode: access.sslmode,
    sslrootcert: access.sslrootcert,
    major,
    maintenance: access.database,
    superuser: access.user,
    password: access.password,
    folder: kept,
    spawn: undefined,
    stop: async () => {
      try {
        await sweep(keeper);
      } finally {
        await keeper.end();
        await rm(kept, { recursive: true, force: true });
      }
    },
  };
}

/** The server's version number. Looks first; what a killed runner left under its claim is swept, anything else in the server refuses. */
async function claim(keeper: pg.Client, target: string): Promise<number> {
  const look = async () => facts.parse((await keeper.query(bound("read/scratch/given-server"))).rows[0]);
  const first = await look();
  if (first.system_identifier === target)
    throw refused("the url leads to the database of this host", "a server that is only there to be thrown away");
  if (first.in_recovery) throw refused("a standby server", "a server that takes writes");
  if (!first.superuser)
    throw refused(
      "a user that is no superuser",
      "a superuser of the scratch server: a restore makes roles with their attributes",
    );
  if (first.locks < LOCKS) throw refused(`max_locks_per_transaction ${first.locks}`, `${LOCKS} or more`);
  const free = z.object({ free: z.boolean() }).parse((await keeper.query(IN_USE)).rows[0]).free;
  if (!free) throw refused("somebody else restores into this server now", "a server used by one at a time");
  const strangers = first.claimed
    ? [...first.databases, ...first.relations]
    : [...first.databases, ...first.relations, ...first.roles];
  if (strangers.length > 0)
    throw refused(`${strangers.length} things in the server, among them ${strangers[0] ?? ""}`, "an empty server");
  if (first.claimed) await sweep(keeper);
  await keeper.query("CREATE ROLE cutter_scratch_claim NOLOGIN");
  return first.version_num;
}

async function sweep(keeper: pg.Client): Promise<void> {
  try {
    for (const row of made.parse((await keeper.query(bound("read/scratch/sweep-statements"))).rows))
      await keeper.query(row.statement);
  } catch (error) {
    throw new Stopped(
      "STOP_BACKUP_FAILED",
      {
        saw: `what a restore left in the scratch server could not be removed: ${error instanceof Error ? error.message : "?"}`,
        wanted: "a server nobody else changes",
        hint: "look into the server that the url names",
      },
      error,
    );
  }
}

async function accessOf(file: string): Promise<DatabaseAccess> {
  const reading = await readSafely(file, URL_CAP);
  const url = reading.ok ? parsed(reading.bytes.toString("utf8").trim()) : undefined;
  // The content is a secret: a fault in it is told without it.
  if (!url)
    throw refused(
      `${file} holds no url of a PostgreSQL server`,
      "postgresql://user:password@host:port/database?sslmode=verify-full",
    );
  return url;
}

function parsed(text: string): DatabaseAccess | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    !url ||
    !["postgresql:", "postgres:"].includes(url.protocol) ||
    url.username === "" ||
    url.password === "" ||
    url.hostname === ""
  )
    return undefined;
  const host = decodeURIComponent(url.hostname);
  const local = host.startsWith("/") || ["localhost", "127.0.0.1", "[::1]"].includes(host);
  const sslmode = sslModeSchema.safeParse(url.searchParams.get("sslmode") ?? (local ? "disable" : "verify-full"));
  const unknown = [...url.searchParams.keys()].some((key) => key !== "sslmode" && key !== "sslrootcert");
  const sslrootcert = url.searchParams.get("sslrootcert");
  // Without encryption the password of a superuser would cross a network in the clear.
  if (!sslmode.success || unknown || (sslmode.data === "disable" && !local)) return undefined;
  return {
    host,
    port: Number(url.port === "" ? "5432" : url.port),
    database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    sslmode: sslmode.data,
    sslrootcert,
  };
}

function refused(saw: string, wanted: string): Stopped {
  return new Stopped("STOP_BACKUP_FAILED", {
    saw: `scratch server: ${saw}`,
    wanted,
    hint: "nothing was written there: hand over another server, or use the adapter initdb",
  });
}
