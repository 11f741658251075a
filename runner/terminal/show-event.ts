// One event of a run: a line for people on stderr, or the event itself on stdout with --json.
import { printable } from "../rules/text-hygiene.ts";
import type { RunEvent } from "../world.ts";

const clock = (at: string): string => at.slice(11, 19);

/** Prints one event of `runId`; times are UTC, hours to seconds. Every word passes `printable`. */
export function showEvent(event: RunEvent & { at: string }, runId: string, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ run_id: runId, ...event })}\n`);
  const line = lineOf(event);
  if (line) process.stderr.write(`${clock(event.at)}  ${printable(line)}\n`);
}

function lineOf(event: RunEvent): string | undefined {
  switch (event.event) {
    case "opened":
      return `run ${event.run_id} opened for ${event.document_id}`;
    case "phase":
      return phaseLine(event);
    case "progress":
      return event.of > 0 ? `  ${event.phase}  ${event.done} of ${event.of} ${event.what}` : `  ${event.what}`;
    case "waiting":
      return `  waits for ${event.what}, ${event.seconds} s so far`;
    case "finding":
      return `  finding: ${event.text}`;
    case "request":
      return `request ${event.gate}: ${event.bundle}  payload …${event.payload_sha.slice(-6)}, to be signed by ${event.approve_by}`;
    case "state":
    case "report":
      return undefined;
    case "ended":
      return event.stop ? undefined : "done";
  }
}

function phaseLine(event: Extract<RunEvent, { event: "phase" }>): string | undefined {
  if (event.status === "started") return undefined;
  if (event.status === "recorded") return `${event.phase.padEnd(18)} recorded earlier`;
  const { seconds = 0, rows, invariants = "" } = event;
  const work = rows === undefined ? "" : `  ${rows} rows, ${seconds > 0 ? Math.round(rows / seconds) : rows}/s`;
  return `${event.phase.padEnd(18)} passed  ${seconds.toFixed(2)} s  ${invariants.padEnd(6)}${work}`.trimEnd();
}
