// The narrow dump: two or more schemas on a held snapshot, without the relations nobody asked for, with owners and rights.
import { join } from "node:path";
import { Stopped } from "../model/stop.ts";
import { headFor, headOf } from "../rules/dump-header.ts";
import { programFailure, startProgram, type DatabaseAccess, type PasswordFile } from "./postgres-programs.ts";

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
  readonly capSeconds: number;
  /** Told the process id once pg_dump runs; faults are injected there. */
  readonly started?: (pid: number) => void;
}

/**
 * Plain SQL of the dump, chunk by chunk. Ends with STOP_BACKUP_FAILED when pg_dump did, so a half dump never looks whole; ending the
 * iteration early ends pg_dump.
 */
export async function* dump(request: DumpRequest): AsyncGenerator<Uint8Array> {
  const args = [
    // A table locked by someone else must not hold the snapshot for hours; no password prompt, nobody is there to answer.
    "--lock-wait-timeout=30s",
    "--no-password",
    "--format=plain",
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
  let ended = false;
  try {
    yield* withHeadFor(request.major, program.stdout);
    const failure = await programFailure("pg_dump", program, request.access.password);
    ended = true;
    if (failure) throw new Stopped("STOP_BACKUP_FAILED", { saw: failure, wanted: "pg_dump to end with status 0" });
  } finally {
    if (!ended) {
      program.kill("SIGTERM");
      await program;
    }
  }
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
