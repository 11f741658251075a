// The narrow dump: two or more schemas on a held snapshot, with owners and rights, without the relations nobody asked for and without the
// objects of others that a restore could not make. pg_dump can leave out relations only, so its archive goes through pg_restore, which
// takes a list of what to write (docs/decisions/0056-other-applications.md). Both programs stream; nothing clear lies on a disk.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Stopped } from "../model/stop.ts";
import type { SetAside } from "../model/backup-receipt.ts";
import { headFor, headOf } from "../rules/dump-header.ts";
import { listWithout } from "../rules/dump-list.ts";
import {
  INHERITED_FILE,
  programFailure,
  startFilter,
  startProgram,
  withUnnamedFile,
  type DatabaseAccess,
  type PasswordFile,
} from "./postgres-programs.ts";

/** What to dump, from where, and for how long at most. */
export interface DumpRequest {
  readonly binDir: string;
  readonly access: DatabaseAccess;
  readonly password: PasswordFile;
  /** Name of an exported snapshot; its transaction must stay open until the dump has ended. */
  readonly snapshot: string;
  /** Major of the source: the dump can be restored by a server of it, however new pg_dump is. */
  readonly major: number;
  /** Patterns, quoted, as are those of extensions and exclusions. */
  readonly schemas: readonly string[];
  readonly extensions: readonly string[];
  /** Patterns of relations to leave out, quoted. */
  readonly exclude: readonly string[];
  /** Patterns of relations whose definitions go into the dump and whose rows do not, quoted. */
  readonly excludeRows: readonly string[];
  /** Objects without a relation of their own that are left out. */
  readonly setAside: readonly SetAside[];
  /** Owner by schema. */
  readonly schemaOwners: Readonly<Record<string, string>>;
  readonly capSeconds: number;
  /** Told the process id once pg_dump runs; faults are injected there. */
  readonly started?: (pid: number) => void;
}

/**
 * Plain SQL of the dump, chunk by chunk. Ends with STOP_BACKUP_FAILED when one of the programs did, so a half dump
 * never looks whole; ending
 * the iteration early ends them.
 */
export async function* dump(request: DumpRequest): AsyncGenerator<Uint8Array> {
  const { binDir, capSeconds } = request;
  const archive = startDump(request);
  const lister = startFilter(join(binDir, "pg_restore"), ["--list"], capSeconds);
  const running: Ended[] = [archive, lister];
  try {
    const chunks = archive.stdout[Symbol.asyncIterator]();
    const { head, list } = await contentsOf(chunks, lister);
    const noList = await programFailure("pg_restore", lister, "");
    // An archive that ended too early was ended by pg_dump, which says why.
    if (noList) throw failed((await programFailure("pg_dump", archive, request.access.password)) ?? noList);
    const { text } = await withUnnamedFile(tmpdir(), listWithout(list, request.setAside), undefined, (file) =>
      Promise.resolve({
        text: startFilter(join(binDir, "pg_restore"), [`--use-list=${INHERITED_FILE}`, "--file=-"], capSeconds, file),
      }),
    );
    running.push(text);
    const rest = continued(head, chunks);
    // A pipe that breaks is told by the program behind it.
    const fed = pipeline(Readable.from(rest.chunks, { objectMode: false }), text.stdin).catch(() => undefined);
    yield Buffer.from(schemasFirst(request.schemaOwners));
    yield* withHeadFor(request.major, text.stdout);
    const noText = await programFailure("pg_restore", text, "");
    if (noText && !rest.ended()) throw failed(noText);
    await fed;
    const failure = (await programFailure("pg_dump", archive, request.access.password)) ?? noText;
    running.length = 0;
    if (failure) throw failed(failure);
  } finally {
    for (const program of running) {
      program.kill("SIGTERM");
      await program;
    }
  }
}

/** A program as the end of a dump sees it. */
interface Ended extends PromiseLike<unknown> {
  kill(signal: NodeJS.Signals): boolean;
}

function startDump(request: DumpRequest) {
  const args = [
    // A table locked by someone else must not hold the snapshot for hours; no password prompt, nobody is there to answer.
    "--lock-wait-timeout=30s",
    "--no-password",
    "--format=custom",
    "--compress=0",
    "--encoding=UTF8",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
    `--snapshot=${request.snapshot}`,
    ...request.schemas.map((schema) => `--schema=${schema}`),
    ...request.extensions.map((extension) => `--extension=${extension}`),
    ...request.exclude.map((pattern) => `--exclude-table=${pattern}`),
    ...request.excludeRows.map((pattern) => `--exclude-table-data=${pattern}`),
  ];
  const program = startProgram(join(request.binDir, "pg_dump"), args, {
    access: request.access,
    password: request.password,
    user: undefined,
    capSeconds: request.capSeconds,
  });
  program.stdin.end();
  if (program.pid !== undefined) request.started?.(program.pid);
  return program;
}

/** The archive's table of contents, and the chunks that had to be read for it. */
async function contentsOf(
  chunks: AsyncIterator<Uint8Array>,
  lister: ReturnType<typeof startFilter>,
): Promise<{ head: Uint8Array[]; list: string }> {
  const told: Uint8Array[] = [];
  const listed = (async () => {
    for await (const chunk of lister.stdout) told.push(chunk as Uint8Array);
  })();
  // It reads the contents alone and goes; the pipe breaks then, and that is no fault.
  let gone = false;
  lister.stdin.on("error", () => {
    gone = true;
  });
  void lister.then(() => {
    gone = true;
  });
  const head: Uint8Array[] = [];
  while (!gone) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    await new Promise<void>((resolve) => {
      lister.stdin.write(next.value, () => resolve());
    });
  }
  lister.stdin.end();
  await listed;
  return { head, list: Buffer.concat(told).toString("utf8") };
}

/** The whole archive again; `ended` says whether pg_dump had written all that it would. */
function continued(
  head: readonly Uint8Array[],
  chunks: AsyncIterator<Uint8Array>,
): { chunks: AsyncGenerator<Uint8Array>; ended(): boolean } {
  let ended = false;
  return {
    ended: () => ended,
    chunks: (async function* () {
      yield* head;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
      ended = true;
    })(),
  };
}

/** Schemas stand before everything else, and may be there: in a copy its extensions lie in them already. */
function schemasFirst(owners: Readonly<Record<string, string>>): string {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  return Object.entries(owners)
    .map(
      ([schema, owner]) =>
        `CREATE SCHEMA IF NOT EXISTS ${quoted(schema)};\nALTER SCHEMA ${quoted(schema)} OWNER TO ${quoted(owner)};\n`,
    )
    .join("");
}

function failed(saw: string): Stopped {
  return new Stopped("STOP_BACKUP_FAILED", { saw, wanted: "pg_dump and pg_restore to end with status 0" });
}

/** The same bytes but for settings of the head that servers of `major` do not know; what follows the head is not looked at. */
async function* withHeadFor(major: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // One character a byte, so that nothing is lost where a chunk ends within a character.
  let beginning: string | undefined = "";
  for await (const chunk of chunks) {
    if (beginning === undefined) {
      yield chunk;
      continue;
    }
    beginning += Buffer.from(chunk).toString("latin1");
    const head = headOf(beginning);
    if (!head.whole) continue;
    beginning = undefined;
    yield Buffer.from(headFor(major, head.text) + head.rest, "latin1");
  }
  if (beginning !== undefined) yield Buffer.from(headFor(major, beginning), "latin1");
}
