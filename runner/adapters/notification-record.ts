// The record of what people were told: an append-only file beside the runs, and one teller at a time.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { closeSync, existsSync, fsyncSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonOf } from "../model/json-text.ts";
import { toldSchema, type Told } from "../model/notice.ts";
import { Stopped } from "../model/stop.ts";
import { openToAppend, readPlain, readPlainSync } from "./plain-file.ts";
import { holderIsGone, ownHolder } from "./run-process.ts";
import { codeOf } from "../model/error-text.ts";

const NAMELESS_MS = 5_000;

/** Where the record lies below the runtime root. */
export const recordFile = (root: string): string => join(root, "runs", "notifications.ndjson");

/** Everything told so far, oldest first. Half a line, as a full disk leaves it, is nothing. */
export async function toldBefore(file: string): Promise<Told[]> {
  const text = await textOf(file);
  return text.split("\n").flatMap((line) => toldSchema.safeParse(jsonOf(line)).data ?? []);
}

/** Adds one line. It begins with a line end of its own where the line before was cut off. */
export async function recordTold(file: string, told: Told): Promise<void> {
  const half = !/(?:^|\n)$/.test(await textOf(file));
  const descriptor = openToAppend(file, 0o640);
  try {
    writeSync(descriptor, `${half ? "\n" : ""}${JSON.stringify(told)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const textOf = async (file: string): Promise<string> =>
  existsSync(file) ? (await readPlain(file)).toString("utf8") : "";

/**
 * Runs `work` while no other process tells; waits `waitMs` at most, then undefined: whoever holds the lock tells the same. A lock whose
 * process is gone is taken over.
 */
export async function tellingAlone<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T | undefined> {
  const lock = `${file}.lock`;
  await mkdir(dirname(file), { recursive: true, mode: 0o750 });
  for (let waited = 0; !(await take(lock)); waited += 200) {
    if (waited >= waitMs) return undefined;
    if (isAbandoned(lock)) await rm(lock, { force: true });
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, ownHolder(), { flag: "wx", mode: 0o640 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${lock} could not be made (${codeOf(error)})`, wanted: "the right to write beside the runs" },
      error,
    );
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const holder = readPlainSync(lock).toString("utf8");
    // Between making the file and naming the holder there are microseconds; nameless for longer it is nobody's.
    return holder === "" ? Date.now() - statSync(lock).mtimeMs > NAMELESS_MS : holderIsGone(holder);
  } catch {
    return false;
  }
}
