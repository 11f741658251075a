// Restores a sealed backup into a scratch server without superuser rights and reads back what arrived.
import { codeOf, messageOf } from "../model/error-text.ts";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import type { ContentDigests, ObjectRights } from "../model/backup-receipt.ts";
import type { RunningScratch } from "../world/backup.ts";
import { Stopped } from "../model/stop.ts";
import { connectTo, rowsOf, type SourceReading } from "./backup-source.ts";
import { checksumTables } from "./content-checksum.ts";
import { programFailure, startProgram, withPasswordFile, type DatabaseAccess } from "./postgres-programs.ts";

const DATABASE = "restored";
const RESTORER = "cutter_scratch_restorer";
/** Used where the scratch installation does not know the source's locale. */
const LOCALE_EVERYWHERE = "C.UTF-8";

/** Stages of read/backup/scratch-statements, from and to. */
type Stages = readonly [from: number, to: number];
const ROLES: Stages = [1, 3];
const DATABASE_ITSELF: Stages = [4, 4];
const PREPARE: Stages = [5, 999];
const AFTERWARDS: Stages = [1000, 1000];

/** What the restored copy shows, read by the restorer on a fresh connection. */
export interface RestoredCopy {
  readonly version: string;
  readonly tables: ContentDigests;
  readonly rights: readonly ObjectRights[];
  readonly database: string;
  /** May read every restored row and is no superuser. */
  readonly restorer: { readonly user: string; readonly password: string };
}

/** Where to restore what was read from the source; capSeconds limits psql. */
export interface RestoreRequest {
  readonly scratch: RunningScratch;
  readonly binDir: string;
  readonly reading: SourceReading;
  /** Clear SQL, opened from the file on disk. */
  readonly clear: AsyncIterable<Uint8Array>;
  readonly capSeconds: number;
}

/**
 * Roles, database, restore in one transaction, then checksums and rights. What the dump contains is code, so everything of it runs as
 * a role without superuser rights and without memberships in the server's own roles. STOP_PROOF_FAILED for any error at all.
 */
export async function restore(request: RestoreRequest): Promise<RestoredCopy> {
  const { scratch, reading } = request;
  const password = randomBytes(24).toString("base64url");
  const making: Making = { reading, password };
  await asSuperuser(scratch, scratch.maintenance, async (client) => {
    await runStages(client, making, ROLES);
    await createDatabase(client, making);
  });
  await asSuperuser(scratch, DATABASE, (client) => runStages(client, making, PREPARE));
  const access: DatabaseAccess = {
    host: scratch.socketDir,
    port: scratch.port,
    database: DATABASE,
    user: RESTORER,
    password,
    sslmode: scratch.sslmode,
    sslrootcert: scratch.sslrootcert,
  };
  await feed(request, access);
  await asSuperuser(scratch, DATABASE, (client) => runStages(client, making, AFTERWARDS));
  return inScratch(async () => {
    const client = await connectTo(access, "cutter/restore-proof");
    try {
      return { ...(await readCopy(client, reading)), database: DATABASE, restorer: { user: RESTORER, password } };
    } finally {
      await client.end();
    }
  });
}

async function readCopy(
  client: pg.Client,
  reading: SourceReading,
): Promise<Omit<RestoredCopy, "database" | "restorer">> {
  const carried = reading.relations.filter((relation) => relation.carried).map((relation) => relation.name);
  const [facts] = await rowsOf(client, "read/backup/server-facts");
  return {
    version: facts?.version ?? "unknown",
    tables: await checksumTables(client, reading.checksumStatements),
    rights: await rowsOf(client, "read/backup/rights", {
      schemas: reading.schemas,
      carried,
      extensions: reading.extensions.map(({ extension }) => extension),
    }),
  };
}

/** psql reads the clear text from a pipe; its first error ends the restore. */
async function feed({ scratch, binDir, clear, capSeconds }: RestoreRequest, access: DatabaseAccess): Promise<void> {
  await withPasswordFile(scratch.folder, access.password, scratch.spawn, async (password) => {
    // The terse form keeps key values and rows, which an error's detail would quote, out of every message.
    const args = [
      "--no-psqlrc",
      "--no-password",
      "--quiet",
      "--single-transaction",
      "--set=ON_ERROR_STOP=1",
      "--set=VERBOSITY=terse",
      "--file=-",
      "--output=/dev/null",
    ];
    const psql = startProgram(join(binDir, "psql"), args, { access, password, user: scratch.spawn, capSeconds });
    psql.stdout.resume();
    const sent = await pipeline(Readable.from(clear, { objectMode: false }), psql.stdin).then(
      () => undefined,
      (error: unknown) => error,
    );
    // A broken pipe means that psql ended first and says why; anything else is the file that did not open.
    const fileBroken = sent !== undefined && !isBrokenPipe(sent);
    if (fileBroken) psql.kill("SIGKILL");
    const failure = await programFailure("psql", psql, access.password);
    if (fileBroken) throw proofFailed(`the file does not decrypt: ${messageOf(sent)}`, sent);
    if (failure || sent !== undefined) throw proofFailed(failure ?? "psql ended before the file did", sent);
  });
}

const isBrokenPipe = (error: unknown): boolean =>
  ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(codeOf(error));

/** One connection as the scratch superuser; every error is STOP_PROOF_FAILED. */
export async function asSuperuser<T>(
  { socketDir, port, superuser, password, sslmode, sslrootcert }: RunningScratch,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return inScratch(async () => {
    const client = await connectTo(
      { host: socketDir, port, database, user: superuser, password, sslmode, sslrootcert },
      "cutter/scratch",
    );
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  });
}

/** What is made in the scratch server, in the source's locale unless another is named. */
interface Making {
  readonly reading: SourceReading;
  readonly password: string;
  readonly locale?: Pick<SourceReading["facts"], "lc_collate" | "lc_ctype">;
}

/** Runs the statements of these stages that make the roles, the database and its rights. */
async function runStages(
  client: pg.Client,
  { reading, password, locale = reading.facts }: Making,
  [from, to]: Stages,
): Promise<void> {
  const { lc_collate, lc_ctype } = locale;
  const publicUsage = reading.rights.some(
    ({ what, rights }) => what === "schema public" && rights.includes("PUBLIC USAGE"),
  );
  const rows = await rowsOf(client, "read/backup/scratch-statements", {
    roles: JSON.stringify(reading.roles),
    restorer: RESTORER,
    restorer_password: password,
    encoding: reading.facts.encoding,
    lc_collate,
    lc_ctype,
    public_usage: publicUsage,
    schemas: reading.schemas,
    extensions: JSON.stringify(reading.extensions),
    parameters: reading.parameters,
  });
  for (const { statement } of rows.filter(({ stage }) => stage >= from && stage <= to)) await client.query(statement);
}

async function createDatabase(client: pg.Client, making: Making): Promise<void> {
  try {
    await runStages(client, making, DATABASE_ITSELF);
  } catch {
    const locale = { lc_collate: LOCALE_EVERYWHERE, lc_ctype: LOCALE_EVERYWHERE };
    await runStages(client, { ...making, locale }, DATABASE_ITSELF);
  }
}

async function inScratch<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Stopped && error.code === "STOP_PROOF_FAILED") throw error;
    throw proofFailed(messageOf(error).slice(0, 300), error);
  }
}

function proofFailed(reason: string, cause: unknown): Stopped {
  return new Stopped("STOP_PROOF_FAILED", { saw: reason, wanted: "a restore without any error" }, cause);
}
