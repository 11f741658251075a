// What a person sees of a run, on host and workstation: on a terminal one living line a phase, elsewhere plain lines.
import type { RunEvent } from "../model/events.ts";
import { printable } from "../rules/text-hygiene.ts";

/** An event and its time, UTC. */
export type TimedEvent = RunEvent & { readonly at: string };

/** Takes events in order; `end` leaves the terminal on a fresh line. */
export interface Progress {
  show(event: TimedEvent): void;
  end(): void;
}

/** Where lines go; people read standard error, so that standard output belongs to results. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The progress of one command. What a terminal shows of present work is written over until it is finished. */
export function progressOn(screen: Screen = process.stderr): Progress {
  let open = false;
  const line = (text: string, last: boolean): void => {
    screen.write(`${open ? "\r\u001b[K" : ""}${text}${last ? "\n" : ""}`);
    open = !last;
  };
  return {
    show: (event) => {
      const present = screen.isTTY === true && isPresent(event);
      const words = present && event.event === "phase" ? `${event.phase.padEnd(18)} …` : eventWords(event);
      if (words !== undefined) line(`${printable(event.at.slice(11, 19)).padEnd(8)}  ${printable(words)}`, !present);
    },
    end: () => {
      if (open) screen.write("\n");
      open = false;
    },
  };
}

const isPresent = (event: RunEvent): boolean =>
  event.event === "progress" || (event.event === "phase" && event.status === "started");

/** An event in words; undefined for what is told elsewhere: the end by its stop, the state by `status`. */
export function eventWords(event: RunEvent): string | undefined {
  switch (event.event) {
    case "opened":
      return `run ${event.run_id} opened for ${event.document_id}`;
    case "phase":
      return phaseWords(event);
    case "progress":
      return `  ${event.of > 0 ? `${event.phase}  ${event.done} of ${event.of} ` : ""}${event.what}`;
    case "waiting":
      return `  waits for ${event.what}, ${event.seconds} s so far`;
    case "finding":
      return `finding: ${event.text}`;
    case "request":
      return `asks for ${event.gate}, payload …${event.payload_sha.slice(-6)}, to be signed by ${event.approve_by}`;
    case "state":
    case "report":
    case "ended":
      return undefined;
  }
}

function phaseWords(event: Extract<RunEvent, { event: "phase" }>): string | undefined {
  if (event.status === "started") return undefined;
  const name = event.phase.padEnd(18);
  if (event.status === "recorded") return `${name} recorded earlier`;
  const { seconds = 0, rows, invariants = "" } = event;
  const work = rows === undefined ? "" : `  ${rows} rows, ${seconds > 0 ? Math.round(rows / seconds) : rows}/s`;
  return `${name} passed ${seconds.toFixed(2).padStart(8)} s  ${invariants.padEnd(6)}${work}`.trimEnd();
}
