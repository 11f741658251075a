// Opens files that a person or an administrator named: a pipe, a device or a folder in their place is refused at once and never waited
// for. A link to a plain file is followed, because whoever names a file may keep it elsewhere; files of a run refuse links (safe-file.ts).
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";

/** Largest file of configuration, key, certificate or text that is read at once, bytes. */
const PLAIN_CAP = 64 * 1024 * 1024;
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const APPEND =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK |
  constants.O_NOCTTY;

/** Whole content. Throws as `readFile` does, and for what is no plain file or too large; whoever asks says so in their own stop. */
export async function readPlain(path: string): Promise<Buffer> {
  const handle = await open(path, READ);
  try {
    insistPlain(await handle.stat(), path);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The same for who cannot wait. */
export function readPlainSync(path: string): Buffer {
  const descriptor = openSync(path, READ);
  try {
    insistPlain(fstatSync(descriptor), path);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor that appends to a plain file, made when it is not there; a link is not followed. Throws as `openSync` does. */
export function openToAppend(path: string, mode: number): number {
  const descriptor = openSync(path, APPEND, mode);
  try {
    insistPlain(fstatSync(descriptor), path);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function insistPlain(status: { isFile(): boolean; readonly size: number }, path: string): void {
  if (!status.isFile()) throw notPlain(`${path} is not a plain file`);
  if (status.size > PLAIN_CAP) throw notPlain(`${path} is larger than ${PLAIN_CAP} bytes`);
}

// With a call's name, as every fault of a file has one: readiness tells such a fault from a bug.
const notPlain = (message: string): Error => Object.assign(new Error(message), { code: "ENOTPLAIN", syscall: "open" });
