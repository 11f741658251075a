// What a person sees of a run: on a terminal one living line a phase, elsewhere plain lines, with --json the events themselves.
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { HostEvent } from "./host-call.ts";

/** Takes events in order; `end` leaves the terminal on a fresh line. */
export interface Progress {
  show(event: HostEvent): void;
  end(): void;
}

/** Where lines go; people read standard error, so that standard output belongs to results. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The progress of one command. */
export function progressOn(
  json: boolean,
  people: Screen = process.stderr,
  programs: Screen = process.stdout,
): Progress {
  if (json) return { show: (event) => void programs.write(`${JSON.stringify(event)}\n`), end: () => undefined };
  return people.isTTY === true ? living(people) : plain(people);
}

function plain(screen: Screen): Progress {
  return {
    show: (event) => {
      const line = finished(event);
      if (line !== undefined) screen.write(`${line}\n`);
    },
    end: () => undefined,
  };
}

/** The line of what happens now is written over until it is finished. */
function living(screen: Screen): Progress {
  let open = false;
  const over = (line: string, last: boolean): void => {
    screen.write(`${open ? "\r\u001b[K" : ""}${line}${last ? "\n" : ""}`);
    open = !last;
  };
  return {
    show: (event) => {
      const line = finished(event);
      if (line !== undefined && event.event !== "progress") over(line, true);
      else {
        const now = present(event);
        if (now !== undefined) over(now, false);
      }
    },
    end: () => {
      if (open) screen.write("\n");
      open = false;
    },
  };
}

const text = (event: HostEvent, key: string): string =>
  printable(typeof event[key] === "string" || typeof event[key] === "number" ? String(event[key]) : "");
const clock = (event: HostEvent): string => text(event, "at").slice(11, 19).padEnd(8);

function present(event: HostEvent): string | undefined {
  if (event.event === "phase" && event["status"] === "started")
    return `${clock(event)}  ${text(event, "phase").padEnd(18)} …`;
  return event.event === "progress" ? `${clock(event)}    ${progressWords(event)}` : undefined;
}

function finished(event: HostEvent): string | undefined {
  switch (event.event) {
    case "opened":
      return `${clock(event)}  run ${text(event, "run_id")} opened for ${text(event, "document_id")}`;
    case "phase":
      return phaseLine(event);
    case "progress":
      return `${clock(event)}    ${progressWords(event)}`;
    case "waiting":
      return `${clock(event)}    waits for ${text(event, "what")}, ${text(event, "seconds")} s so far`;
    case "finding":
      return `${clock(event)}  finding: ${text(event, "text")}`;
    case "request":
      return `${clock(event)}  asks for ${text(event, "gate")}, payload …${text(event, "payload_sha").slice(-6)}, to be signed by ${text(event, "approve_by")}`;
    default:
      return undefined;
  }
}

function progressWords(event: HostEvent): string {
  const counted =
    typeof event["of"] === "number" && event["of"] > 0
      ? `${text(event, "phase")}  ${text(event, "done")} of ${text(event, "of")} `
      : "";
  return `${counted}${text(event, "what")}`;
}

function phaseLine(event: HostEvent): string | undefined {
  if (event["status"] === "started") return undefined;
  const name = text(event, "phase").padEnd(18);
  if (event["status"] === "recorded") return `${clock(event)}  ${name} recorded earlier`;
  const seconds = typeof event["seconds"] === "number" ? event["seconds"] : 0;
  const rows = typeof event["rows"] === "number" ? event["rows"] : undefined;
  const work = rows === undefined ? "" : `  ${rows} rows, ${seconds > 0 ? Math.round(rows / seconds) : rows}/s`;
  return `${clock(event)}  ${name} passed ${seconds.toFixed(2).padStart(8)} s  ${text(event, "invariants").padEnd(6)}${work}`.trimEnd();
}
