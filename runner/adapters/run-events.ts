// Events of a run: one JSON line each in runs/<run_id>/events.ndjson; followers read the file, so a lost line loses nothing.
import { messageOf } from "../model/error-text.ts";
import { appendFileSync, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spokenEvent, type FollowedEvent, type SpokenEvent } from "../model/events.ts";
import { jsonOf } from "../model/json-text.ts";
import { Stopped } from "../model/stop.ts";
import type { Events } from "../world.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { openToAppend } from "./plain-file.ts";
import { isAlive } from "./run-process.ts";

/** Where a run's events lie below the runtime root. */
export const eventsFile = (root: string, runId: string): string => join(root, "runs", runId, "events.ndjson");

/**
 * Appends with the time of the host and the process that speaks; a full disk must not end a run that could still commit
 * or stop cleanly.
 */
export function fileEvents(root: string, runId: string): Events {
  const path = eventsFile(root, runId);
  return {
    emit: (event) => {
      try {
        insistOwnFolders(root, path);
        append(path, `${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, ...event })}\n`);
      } catch (error) {
        process.stderr.write(`events.ndjson: ${messageOf(error)}\n`);
      }
    },
  };
}

// A full disk takes half a line: the next event begins one of its own, or nobody could read either.
function append(path: string, line: string): void {
  const descriptor = openToAppend(path, 0o640);
  try {
    appendFileSync(descriptor, `${endsHalf(path) ? "\n" : ""}${line}`);
  } finally {
    closeSync(descriptor);
  }
}

const endsHalf = (path: string): boolean =>
  reading(path, (descriptor, size) => {
    const last = Buffer.alloc(1);
    return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  }) ?? false;

/** What `work` makes of the plain file there, undefined without one. STOP_COULD_NOT_LOOK for a pipe, a link or a folder in its place. */
function reading<T>(path: string, work: (descriptor: number, size: number) => T): T | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw noEvents(path, error);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw noEvents(path);
    return work(descriptor, status.size);
  } finally {
    closeSync(descriptor);
  }
}

const noEvents = (path: string, cause?: unknown): Stopped =>
  new Stopped("STOP_COULD_NOT_LOOK", { saw: `${path} is not a plain file`, wanted: "the events of this run" }, cause);

/** Bytes already there: a follower of a resumed run starts behind them. */
export function eventsLength(root: string, runId: string): number {
  const path = eventsFile(root, runId);
  insistOwnFolders(root, path);
  return reading(path, (_descriptor, size) => size) ?? 0;
}

/**
 * Yields events from `offset`. With `pid`: those of that process, to its last word. Without: everybody's, until nobody who
 * spoke works any more. Ends without `ended` when a process died in silence.
 */
export async function* followEvents(
  root: string,
  runId: string,
  offset: number,
  pid?: number,
): AsyncGenerator<FollowedEvent> {
  const path = eventsFile(root, runId);
  insistOwnFolders(root, path);
  const working = new Set<number>(pid === undefined ? [] : [pid]);
  let position = offset;
  for (;;) {
    // Looked at before reading: what a process wrote before it ended is then in the file.
    const living = [...working].some(isAlive);
    const { chunk, passed } = readFrom(path, position);
    position += passed;
    for (const line of chunk.toString("utf8").split("\n").slice(0, -1)) {
      position += Buffer.byteLength(line) + 1;
      const event = spoken(line);
      if (event === undefined) continue;
      if (pid !== undefined && event.pid !== pid) continue;
      yield { run_id: runId, ...event, position };
      if (event.event === "ended") working.delete(event.pid);
      else working.add(event.pid);
    }
    if (pid !== undefined && working.size === 0) return;
    if (chunk.length > 0 || passed > 0) continue;
    if (!living) return;
    await sleep(100);
  }
}

/** Events from `offset` on that are there now, and where the next ones begin; nobody is waited for. */
export function eventsSince(
  root: string,
  runId: string,
  offset: number,
): { readonly events: readonly FollowedEvent[]; readonly position: number } {
  const path = eventsFile(root, runId);
  insistOwnFolders(root, path);
  const { chunk, passed } = readFrom(path, offset);
  let position = offset + passed;
  const events: FollowedEvent[] = [];
  for (const line of chunk.toString("utf8").split("\n").slice(0, -1)) {
    position += Buffer.byteLength(line) + 1;
    const event = spoken(line);
    if (event) events.push({ run_id: runId, ...event, position });
  }
  return { events, position };
}

// Half a line tells nothing, and must not keep anybody from hearing the next one.
const spoken = (line: string): SpokenEvent | undefined => spokenEvent.safeParse(jsonOf(line)).data;

/** Longest line that is an event; a longer one is passed over as a whole. */
const LINE_CAP = 1 << 20;

/** Whole lines from `position` on, and the bytes before them of a line that is too long to be an event. */
function readFrom(path: string, position: number): { readonly chunk: Buffer; readonly passed: number } {
  const nothing = { chunk: Buffer.alloc(0), passed: 0 };
  return (
    reading(path, (descriptor, size) => {
      const window = (from: number): Buffer => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(size - from, LINE_CAP)));
        return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from));
      };
      const bytes = window(position);
      // Only whole lines, so that a character of several bytes is never cut.
      const end = bytes.lastIndexOf(10) + 1;
      if (end > 0 || bytes.length < LINE_CAP) return { chunk: bytes.subarray(0, end), passed: 0 };
      for (let from = position + bytes.length; from < size; from += LINE_CAP) {
        const at = window(from).indexOf(10);
        if (at >= 0) return { ...nothing, passed: from + at + 1 - position };
      }
      return nothing;
    }) ?? nothing
  );
}
