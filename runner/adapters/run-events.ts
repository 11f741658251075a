// Events of a run: one JSON line each in runs/<run_id>/events.ndjson; followers read the file, so a lost line loses nothing.
import { appendFileSync, closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Events, RunEvent } from "../world.ts";

/** Where a run's events lie below the runtime root. */
export const eventsFile = (root: string, runId: string): string => join(root, "runs", runId, "events.ndjson");

/** Appends with the time of the host; a full disk must not end a run that could still commit or stop cleanly. */
export function fileEvents(root: string, runId: string): Events {
  const path = eventsFile(root, runId);
  return {
    emit: (event) => {
      try {
        appendFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`, { mode: 0o640 });
      } catch (error) {
        process.stderr.write(`events.ndjson: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    },
  };
}

/** Bytes already there: a follower of a resumed run starts behind them. */
export function eventsLength(root: string, runId: string): number {
  const path = eventsFile(root, runId);
  return existsSync(path) ? statSync(path).size : 0;
}

/** Yields every event from `offset` until `ended`; undefined when `alive` turned false without one. */
export async function* followEvents(root: string, runId: string, offset: number, alive: () => boolean): AsyncGenerator<RunEvent & { at: string }> {
  const path = eventsFile(root, runId);
  let position = offset;
  let rest = "";
  for (;;) {
    const living = alive();
    const chunk = readFrom(path, position);
    position += chunk.length;
    rest += chunk.toString("utf8");
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = JSON.parse(line) as RunEvent & { at: string };
      yield event;
      if (event.event === "ended") return;
    }
    if (chunk.length === 0 && !living) return;
    if (chunk.length === 0) await sleep(50);
  }
}

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
