// Reads files that strangers may have put there: approvals, signatures, bundles.
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Stopped, type StopCode } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { codeOf } from "../model/error-text.ts";

/** The bytes, or why the file is ignored. The reason never quotes the content. */
export type SafeReading =
  { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string };

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Whole content of a plain file of at most `cap` bytes. A symbolic link, a FIFO, a device, a folder, a file with a second name or a
 * larger one is refused without being read and without waiting. STOP_COULD_NOT_LOOK when the file is missing or not readable for us.
 */
export async function readSafely(path: string, cap: number): Promise<SafeReading> {
  for (let replaced = 0; replaced < MOST_REPLACEMENTS; replaced += 1) {
    const reading = await readOnce(path, cap);
    if (reading !== "replaced") return reading;
  }
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${path} was replaced ${MOST_REPLACEMENTS} times while it was read`,
    wanted: "a file that stands still for a moment",
  });
}

/** What a stop about a file says: its code, what was wanted, and the file's name where its path says nothing to a person. */
interface FileWanted {
  readonly code?: StopCode;
  readonly wanted?: string;
  readonly called?: string;
}

/** The bytes of {@link readSafely}; STOP_REFUSED_INPUT, or `code`, when there is another thing than a plain file of at most `cap` bytes. */
export async function readOrStop(path: string, cap: number, said: FileWanted = {}): Promise<Buffer> {
  const { code = "STOP_REFUSED_INPUT", wanted = `a plain file of at most ${cap} bytes`, called = path } = said;
  const reading = await readSafely(path, cap);
  if (!reading.ok) throw new Stopped(code, { saw: `${printable(called)}: ${reading.reason}`, wanted });
  return reading.bytes;
}

// Our own files are replaced by renaming: whoever opened the old one a moment before holds a file without any name, and looks again.
const MOST_REPLACEMENTS = 50;

async function readOnce(path: string, cap: number): Promise<SafeReading | "replaced"> {
  const handle = await openPlain(path);
  if (handle === undefined) return { ok: false, reason: "not a plain file" };
  try {
    const status = await handle.stat();
    if (!status.isFile()) return { ok: false, reason: "not a plain file" };
    if (status.nlink === 0) return "replaced";
    if (status.nlink > 1) return { ok: false, reason: "a file with more than one name" };
    if (status.size > cap) return { ok: false, reason: `larger than ${cap} bytes` };
    return await readCapped(handle, status.size, cap);
  } catch (error) {
    throw couldNotLook(path, error);
  } finally {
    await handle.close();
  }
}

// O_NONBLOCK lets a FIFO open at once; O_NOFOLLOW answers ELOOP for a link; a socket answers ENXIO.
async function openPlain(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, FLAGS);
  } catch (error) {
    if (["ELOOP", "ENXIO", "EISDIR", "ENODEV"].includes(codeOf(error))) return undefined;
    throw couldNotLook(path, error);
  }
}

// The size can grow after fstat, so one byte more than allowed is asked for and its arrival refuses the file. A buffer of the whole cap
// (64 MiB for a file of a run) would be filled with zeros and collected again: a third of what a resumed run computed.
async function readCapped(handle: FileHandle, size: number, cap: number): Promise<SafeReading> {
  let buffer = Buffer.alloc(size + 1);
  let length = 0;
  while (length <= cap) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length, cap + 1));
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return { ok: true, bytes: buffer.subarray(0, length) };
    length += bytesRead;
  }
  return { ok: false, reason: `larger than ${cap} bytes` };
}

function couldNotLook(path: string, error: unknown): Stopped {
  return new Stopped(
    "STOP_COULD_NOT_LOOK",
    { saw: `${path} could not be read (${codeOf(error)})`, wanted: "a readable file" },
    error,
  );
}
