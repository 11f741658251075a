// Copies of proven backups in folders of other machines (docs/decisions/0154-several-machines.md): laid and read back before anyone
// signs, and brought here when a run goes on where its own file does not lie. A copy is named after its digest, so runs of one wave
// share one.
import { createHash, randomBytes } from "node:crypto";
import { copyFile, constants, lstat, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf } from "../model/error-text.ts";
import { Stopped } from "../model/stop.ts";
import { exists } from "./run-files.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/** Path of the copy of a backup with this digest. */
const copyIn = (folder: string, file_sha: string): string => {
  if (!SHA256.test(file_sha)) throw new Error("not a valid digest");
  return join(folder, `${file_sha}.sql.gpg`);
};

/** Lays `file` in each folder and reads every copy back. STOP_BACKUP_FAILED names the folder that does not hold it. */
export async function layCopies(folders: readonly string[], file: string, file_sha: string): Promise<void> {
  for (const folder of folders) {
    const copy = copyIn(folder, file_sha);
    try {
      if (!(await exists(copy))) {
        await dropHalves(folder);
        await copyWhole(file, copy);
      }
      const saw = await digestOfFile(copy);
      if (saw === file_sha) continue;
      throw new Error(`it reads back as ${saw.slice(0, 12)}`);
    } catch (error) {
      throw new Stopped(
        "STOP_BACKUP_FAILED",
        {
          saw: `the copy of the backup in ${folder} failed: ${reasonOf(error)}`,
          wanted: "every folder of batch.backup_copies holding the proven backup",
          hint: "look at the other machine, its mount and its room; nothing was signed and nothing is written",
        },
        error,
      );
    }
  }
}

/** Brings the backup of this digest to `file`; false when no folder holds it unchanged. */
export async function bringCopy(folders: readonly string[], file_sha: string, file: string): Promise<boolean> {
  for (const folder of folders) {
    const copy = copyIn(folder, file_sha);
    try {
      if (!(await exists(copy)) || (await digestOfFile(copy)) !== file_sha) continue;
      await copyWhole(copy, file);
      if ((await digestOfFile(file)) === file_sha) return true;
      await rm(file, { force: true });
    } catch {
      // A folder that cannot be read holds nothing for us; another one may.
    }
  }
  return false;
}

/**
 * STOP_PRECHECK_FAILED when a folder for copies is on the file system that `own` is on: the copy would be lost with what it is of. Whether
 * another file system is on another machine nothing here can tell.
 */
export async function insistElsewhere(folder: string, own: string): Promise<void> {
  const [copies, backups] = [await stat(folder), await stat(own)];
  if (copies.dev !== backups.dev) return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `on the same file system as ${own}: lost together with it`,
    wanted: "a folder that outlives this machine",
    hint: "mount a folder of another machine there, under the same path on every machine of this host",
  });
}

/** Digest that the name of a copy tells; undefined for a file that is none. */
export const digestNamed = (file: string): string | undefined =>
  /^([0-9a-f]{64})[.]sql[.]gpg$/.exec(basename(file))?.[1];

/** A copy in one of the folders: its path, the digest it is named after, and when it was laid. */
export interface LaidCopy {
  readonly file_sha: string;
  readonly file: string;
  readonly size_bytes: number;
  readonly at: Date;
}

/** Every copy, oldest first; one that lies in several folders is told by the first. STOP_COULD_NOT_LOOK names a folder that is away. */
export async function copiesIn(folders: readonly string[]): Promise<LaidCopy[]> {
  const found = new Map<string, LaidCopy>();
  for (const folder of folders) {
    const names = await readdir(folder).catch((error: unknown) => {
      throw new Stopped(
        "STOP_COULD_NOT_LOOK",
        { saw: `${folder}: ${reasonOf(error)}`, wanted: "every folder of batch.backup_copies" },
        error,
      );
    });
    for (const name of names) {
      const file_sha = digestNamed(name);
      if (file_sha === undefined || found.has(file_sha)) continue;
      const file = join(folder, name);
      const status = await lstat(file).catch(() => undefined);
      if (status?.isFile()) found.set(file_sha, { file_sha, file, size_bytes: status.size, at: status.mtime });
    }
  }
  return [...found.values()].sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Deletes the copies of a backup; answers how many there were. STOP_COULD_NOT_LOOK names the folder that keeps its one. */
export async function dropCopies(folders: readonly string[], file_sha: string): Promise<number> {
  let dropped = 0;
  for (const folder of folders) {
    const copy = copyIn(folder, file_sha);
    try {
      if (!(await exists(copy))) continue;
      await rm(copy);
      dropped += 1;
    } catch (error) {
      throw new Stopped(
        "STOP_COULD_NOT_LOOK",
        {
          saw: `the copy ${copy} could not be deleted: ${reasonOf(error)}`,
          wanted: "the right to delete in every folder of batch.backup_copies",
        },
        error,
      );
    }
  }
  return dropped;
}

/** A new name beside it first, so that no reader finds half of it. */
async function copyWhole(from: string, to: string): Promise<void> {
  const fresh = `${to}.${randomBytes(4).toString("hex")}.new`;
  try {
    await copyFile(from, fresh, constants.COPYFILE_EXCL);
    await flush(fresh);
    await rename(fresh, to);
    await flush(dirname(to));
  } finally {
    await rm(fresh, { force: true });
  }
}

const HALF = /^[0-9a-f]{64}[.]sql[.]gpg[.][0-9a-f]{8}[.]new$/;
const HALF_MILLISECONDS = 3_600_000;

/** What a machine that was killed in the middle of a copy left behind; a younger one may still be written. */
async function dropHalves(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((one) => HALF.test(one))) {
    const half = join(folder, name);
    const status = await lstat(half).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > HALF_MILLISECONDS) await rm(half, { force: true });
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a plain file; throws for a link, a pipe and whatever else lies there, without waiting. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error("not a plain file");
    for await (const piece of handle.createReadStream({ autoClose: false })) hash.update(piece as Buffer);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

const reasonOf = (error: unknown): string => codeOf(error, error instanceof Error ? error.message : "unknown");
