// Delivers a run's documents into a folder. What lies there already and is not this run's own is never touched.
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Stopped } from "../model/stop.ts";
import { ownerOf } from "../rules/report-owner.ts";
import type { Reporter } from "../world/files.ts";
import { writeWhole } from "./run-files.ts";
import { readSafely } from "./safe-file.ts";
import { codeOf } from "../model/error-text.ts";

/** Milliseconds to wait after the first and after the second failed try. */
const BACK_OFF = [500, 2000] as const;
/** Tries of a delivery. */
export const TRIES = BACK_OFF.length + 1;
/** Largest document taken for a report, bytes. */
const REPORT_CAP = 8 * 1024 * 1024;
const SEGMENT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$/;

/** `folder` is reports.folder of the configuration and must exist or be creatable; `wait` pauses between tries, milliseconds. */
export function folderReporter(folder: string, wait: (ms: number) => Promise<unknown> = sleep): Reporter {
  return {
    takesPages: true,
    deliver: async (runFolder, file, text) => {
      const segments = safeSegments(runFolder, file);
      // A document of somebody else will still be there at the next try.
      const passes = (error: unknown): boolean => !(error instanceof Stopped) || error.code !== "STOP_KB_UPLOAD_FAILED";
      await threeTries(() => deliverOnce(folder, segments, text), passes, wait).catch((error: unknown) => {
        if (!passes(error)) throw error;
        const saw = `${file} was not delivered in ${TRIES} tries: ${reasonOf(error)}`;
        const wanted = `room and the right to write below ${folder}`;
        throw new Stopped("STOP_KB_UPLOAD_FAILED", { saw, wanted }, error);
      });
    },
  };
}

/** The work's answer, tried three times while what it throws `passes`; then, and for everything else at once, what it threw. */
export async function threeTries<T>(
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  wait: (ms: number) => Promise<unknown>,
): Promise<T> {
  for (const pause of BACK_OFF)
    try {
      return await work();
    } catch (error) {
      if (!passes(error)) throw error;
      await wait(pause);
    }
  return work();
}

/** Path segments below the report folder. STOP_REFUSED_INPUT when a name could leave it or hide in it. */
export function safeSegments(runFolder: string, file: string): string[] {
  const segments = [...runFolder.split("/"), file];
  if (segments.every((segment) => SEGMENT.test(segment) && !segment.includes(".."))) return segments;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: "a report name that could leave the report folder",
    wanted: "letters, digits, dot, dash and underscore in every part of it",
  });
}

async function deliverOnce(folder: string, segments: readonly string[], text: string): Promise<void> {
  const path = join(folder, ...segments);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  if (!(await lstat(folder)).isDirectory()) throw foreign("a link stands in place of the report folder");
  await ownFolders(folder, segments.slice(0, -1));
  const present = await presentText(path);
  if (present === text) return;
  if (present !== undefined && (ownerOf(present) === undefined || ownerOf(present) !== ownerOf(text))) {
    throw foreign(`${segments.join("/")} is there and is not a document of this run`);
  }
  await writeWhole(path, text);
}

// Step by step, because `recursive` would follow a link out of the folder.
async function ownFolders(folder: string, segments: readonly string[]): Promise<void> {
  let path = folder;
  for (const segment of segments) {
    path = join(path, segment);
    await mkdir(path, { mode: 0o750 }).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
    if (!(await lstat(path)).isDirectory()) throw foreign(`${segment} in the report folder is not a folder`);
  }
}

async function presentText(path: string): Promise<string | undefined> {
  try {
    await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const reading = await readSafely(path, REPORT_CAP);
  if (!reading.ok) throw foreign(`what has the report's name is ${reading.reason}`);
  return reading.bytes.toString("utf8");
}

function foreign(saw: string): Stopped {
  return new Stopped("STOP_KB_UPLOAD_FAILED", {
    saw,
    wanted: "a free name, or a document of the same run",
    hint: "move what is there aside, then resume: nothing is written again",
  });
}

const reasonOf = (error: unknown): string => (error instanceof Stopped ? error.facts.saw : codeOf(error));
