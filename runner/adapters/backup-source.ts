// The one connection that reads the source for a backup: it holds the snapshot, answers what to dump, and makes the checksums.
import { messageOf } from "../model/error-text.ts";
import { Socket } from "node:net";
import type pg from "pg";
import * as z from "zod";
import {
  extensionSchema,
  sourceRoleSchema,
  type ContentDigests,
  type DumpableRelation,
  type Extension,
  type LeftOut,
  type ObjectRights,
  type SetAside,
} from "../model/backup-receipt.ts";
import type { ArgumentsOf } from "../model/params.ts";
import { Stopped } from "../model/stop.ts";
import { checksumTables } from "./content-checksum.ts";
import { openSession } from "./postgres-connection.ts";
import type { DatabaseAccess } from "./postgres-programs.ts";
import { bound } from "./statements.ts";

const ROWS = {
  "read/backup/server-facts": z.object({
    version_num: z.int(),
    version: z.string(),
    encoding: z.string(),
    lc_collate: z.string(),
    lc_ctype: z.string(),
    now: z.date(),
  }),
  "read/backup/export-snapshot": z.object({ snapshot: z.string() }),
  "read/backup/schemas": z.object({ schema: z.string() }),
  "read/backup/relations": z.object({
    name: z.string(),
    schema: z.string(),
    relation: z.string(),
    kind: z.string(),
    carried: z.boolean(),
  }),
  "read/backup/left-out": z.union([
    z.object({ missing: z.string(), needed_by: z.string(), reason: z.string(), key: z.string(), what: z.null() }),
    z.object({ catalog: z.string(), oid: z.string(), schema: z.string(), what: z.string() }),
  ]),
  "read/backup/extensions": extensionSchema,
  "read/backup/roles": sourceRoleSchema,
  "read/backup/parameters": z.object({ parameter: z.string() }),
  "read/backup/rights": z.object({ what: z.string(), owner: z.string(), rights: z.array(z.string()) }),
  "read/backup/checksum-statements": z.object({ name: z.string(), statement: z.string() }),
  "read/backup/scratch-statements": z.object({ stage: z.int(), statement: z.string() }),
} as const;

type Name = keyof typeof ROWS;
type Row<N extends Name> = z.infer<(typeof ROWS)[N]>;
/** A role of the source as the scratch server makes it again. */
export type SourceRole = Row<"read/backup/roles">;
/** Version, encoding, locale and clock of a server. */
export type ServerFacts = Row<"read/backup/server-facts">;

/** Everything of the source that a backup needs, read in one snapshot. */
export interface SourceReading {
  readonly facts: ServerFacts;
  readonly snapshot: string;
  readonly schemas: readonly string[];
  readonly relations: readonly DumpableRelation[];
  /** What carried relations need and the dump would not hold; must be empty. */
  readonly leftOut: readonly LeftOut[];
  /** Objects of others that the dump leaves out, because they cannot be made again or hang on what it does not carry. */
  readonly setAside: readonly SetAside[];
  readonly extensions: readonly Extension[];
  /** Settings of an application's own that functions of the dump set. */
  readonly parameters: readonly string[];
  readonly roles: readonly SourceRole[];
  readonly rights: readonly ObjectRights[];
  readonly checksumStatements: readonly { name: string; statement: string }[];
}

/** Tables to carry with rows and schemas to carry without; `capSeconds` limits the whole reading. */
export interface SourceRequest {
  readonly tables: readonly string[];
  readonly structure: readonly string[];
  /** `schema.table constraint` of foreign keys that the configuration leaves out of proof and rehearsal. */
  readonly leftOutKeys: readonly string[];
  readonly capSeconds: number;
}

/**
 * Opens a repeatable-read, read-only transaction, exports its snapshot, and keeps it open for `work`: pg_dump on that snapshot and the
 * checksums of the same rows. STOP_BACKUP_FAILED when the source cannot be reached, read, or breaks away.
 */
export async function withSource<T>(
  access: DatabaseAccess,
  source: SourceRequest,
  work: (reading: SourceReading, client: pg.Client) => Promise<T>,
): Promise<T> {
  const { capSeconds } = source;
  const socket = new Socket();
  // A peer that died without a word answers nothing and refuses nothing; only a time of our own ends the wait.
  const limit = setTimeout(() => socket.destroy(new Error(`no answer within ${capSeconds} s`)), capSeconds * 1_000);
  try {
    const client = await connectTo(access, "cutter/backup", socket);
    await client.query("SET lock_timeout = '30s'");
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const result = await work(await readSource(client, source), client);
    await client.query("ROLLBACK");
    await client.end();
    return result;
  } catch (error) {
    throw sourceFailed(error);
  } finally {
    clearTimeout(limit);
    // After an error the server may never answer a farewell.
    socket.destroy();
  }
}

async function readSource(
  client: pg.Client,
  { tables, structure, leftOutKeys }: SourceRequest,
): Promise<SourceReading> {
  const [facts] = await rowsOf(client, "read/backup/server-facts");
  const [exported] = await rowsOf(client, "read/backup/export-snapshot");
  if (!facts || !exported)
    throw new Stopped("STOP_BACKUP_FAILED", { saw: "the server exports no snapshot", wanted: "one snapshot" });
  const schemas = (await rowsOf(client, "read/backup/schemas", { wanted: tables, structure })).map((row) => row.schema);
  const relations = await rowsOf(client, "read/backup/relations", { schemas, wanted: tables, structure });
  const carried = relations.filter((relation) => relation.carried).map((relation) => relation.name);
  const left = await rowsOf(client, "read/backup/left-out", { schemas, carried, left_out_keys: leftOutKeys });
  const setAside = left.filter((row) => row.what !== null);
  const absent = new Set(setAside.map((row) => row.what));
  const extensions = await rowsOf(client, "read/backup/extensions", { schemas });
  const rights = await rowsOf(client, "read/backup/rights", {
    schemas,
    carried,
    extensions: extensions.map(({ extension }) => extension),
  });
  return {
    facts,
    snapshot: exported.snapshot,
    schemas,
    relations,
    setAside,
    extensions,
    leftOut: left.filter((row) => row.what === null),
    parameters: (await rowsOf(client, "read/backup/parameters", { schemas })).map(({ parameter }) => parameter),
    roles: await rowsOf(client, "read/backup/roles"),
    rights: rights.filter(({ what }) => !absent.has(what)),
    checksumStatements: await rowsOf(client, "read/backup/checksum-statements", { tables }),
  };
}

/** Digests of the source's rows, in the snapshot of the reading. */
export async function sourceDigests(client: pg.Client, reading: SourceReading): Promise<ContentDigests> {
  return checksumTables(client, reading.checksumStatements);
}

/** Runs one statement of sql/read/backup and checks the form of every row. */
export async function rowsOf<N extends Name>(client: pg.Client, name: N, ...params: ArgumentsOf<N>): Promise<Row<N>[]> {
  const { rows } = await client.query(bound(name, ...params));
  const parsed = z.array(ROWS[name]).safeParse(rows);
  if (!parsed.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `sql/${name}.sql answered in another form`,
      wanted: "the columns this release was built for",
    });
  return parsed.data as Row<N>[];
}

/** A connection without pool; a break between statements is reported by the next statement. Destroying `socket` ends every wait. */
export async function connectTo(
  access: DatabaseAccess,
  applicationName: string,
  socket = new Socket(),
): Promise<pg.Client> {
  const { host, port, sslmode, sslrootcert, ...login } = access;
  try {
    return await openSession({ host, port, sslmode, sslrootcert }, login, { applicationName, socket });
  } catch (error) {
    throw sourceFailed(error);
  }
}

// Messages of the server name roles and relations; details could quote rows and are left out.
function sourceFailed(error: unknown): Error {
  if (error instanceof Stopped) return error;
  const reason = messageOf(error);
  return new Stopped(
    "STOP_BACKUP_FAILED",
    { saw: `the source database: ${reason.slice(0, 300)}`, wanted: "a readable source for the whole backup" },
    error,
  );
}
