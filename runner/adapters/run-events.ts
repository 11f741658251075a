// Events of a run: one JSON line each in runs/<run_id>/events.ndjson; followers read the file, so a lost line loses nothing.
import { messageOf } from "../model/error-text.ts";
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spokenEvent, type FollowedEvent, type SpokenEvent } from "../model/events.ts";
import { jsonOf } from "../model/json-text.ts";
import type { Events } from "../world.ts";
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
        appendFileSync(
          path,
          `${endsHalf(path) ? "\n" : ""}${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, ...event })}\n`,
          { mode: 0o640 },
        );
      } catch (error) {
        process.stderr.write(`events.ndjson: ${messageOf(error)}\n`);
      }
    },
  };
}

// A full disk takes half a line: the next event begins one of its own, or nobody could read either.
function endsHalf(path: string): boolean {
  if (!existsSync(path)) return false;
  const descriptor = openSync(path, "r");
  try {
    const size = fstatSync(descriptor).size;
    const last = Buffer.alloc(1);
    return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes already there: a follower of a resumed run starts behind them. */
export function eventsLength(root: string, runId: string): number {
  const path = eventsFile(root, runId);
  return existsSync(path) ? statSync(path).size : 0;
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
  const working = new Set<number>(pid === undefined ? [] : [pid]);
  let position = offset;
  for (;;) {
    // Looked at before reading: what a process wrote before it ended is then in the file.
    const living = [...working].some(isAlive);
    const chunk = readFrom(path, position);
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
    if (chunk.length > 0) continue;
    if (!living) return;
    await sleep(100);
  }
}

// Half a line tells nothing, and must not keep anybody from hearing the next one.
const spoken = (line: string): SpokenEvent | undefined => spokenEvent.safeParse(jsonOf(line)).data;

function readFrom(path: string, position: number): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  const size = statSync(path).size;
  if (size <= position) return Buffer.alloc(0);
  const descriptor = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(size - position, 1 << 20));
    const read = readSync(descriptor, buffer, 0, buffer.length, position);
    // Only whole lines, so that a character of several bytes is never cut.
    const end = buffer.subarray(0, read).lastIndexOf(10) + 1;
    return buffer.subarray(0, end);
  } finally {
    closeSync(descriptor);
  }
}
