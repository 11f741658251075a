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
  readonly columns?: number;
  write(text: string): unknown;
}

const TURN_MILLISECONDS = 250;
const TURNS = ["|", "/", "-", "\\"] as const;
/** From this many seconds on a line says how long its work has taken; shorter work needs no clock. */
const CLOCK_SECONDS = 2;

/** The work a terminal shows now: its words, since when by our clock, and what is left, in seconds, where that is known. */
interface Present {
  readonly words: string;
  readonly since: number;
  readonly left: number | undefined;
  readonly told: number;
}

/**
 * The progress of one command. A terminal shows present work in one line that is written over until it is finished: a turning mark, the
 * time it has taken, and about how long it will take where the work counts what it does.
 */
export function progressOn(screen: Screen = process.stderr, now: () => number = () => Date.now()): Progress {
  let open = false;
  let present: Present | undefined;
  let turn = 0;
  const pace = paceOf();
  const line = (text: string, last: boolean): void => {
    screen.write(`${open ? "\r\u001b[K" : ""}${last ? text : fitted(text, screen.columns)}${last ? "\n" : ""}`);
    open = !last;
  };
  const draw = (): void => {
    if (present) line(presentLine(present, TURNS[(turn += 1) % TURNS.length] ?? "", now()), false);
  };
  const timer = screen.isTTY === true ? setInterval(draw, TURN_MILLISECONDS).unref() : undefined;
  return {
    show: (event) => {
      const left = pace(event);
      const isNow = screen.isTTY === true && isPresent(event);
      const words = isNow && event.event === "phase" ? `${event.phase.padEnd(18)} …` : eventWords(event);
      if (words === undefined) return;
      const text = `${printable(event.at.slice(11, 19)).padEnd(8)}  ${printable(words)}`;
      const since = event.event === "progress" ? (present?.since ?? now()) : now();
      present = isNow ? { words: text, since, left, told: now() } : undefined;
      if (present) draw();
      else line(text, true);
    },
    end: () => {
      clearInterval(timer);
      present = undefined;
      if (open) screen.write("\n");
      open = false;
    },
  };
}

/** The line of present work at this moment. */
function presentLine({ words, since, left, told }: Present, mark: string, now: number): string {
  const seconds = Math.floor((now - since) / 1000);
  const rest = left === undefined ? 0 : Math.round(left - (now - told) / 1000);
  const clock =
    seconds < CLOCK_SECONDS ? "" : `  ${duration(seconds)}${rest > 0 ? `, about ${duration(rest)} left` : ""}`;
  return `${words} ${mark}${clock}`;
}

const duration = (seconds: number): string =>
  seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;

/** A line that a terminal does not break: what is written over must be one row. */
const fitted = (text: string, columns: number | undefined): string =>
  columns === undefined || columns <= 0 || text.length < columns ? text : text.slice(0, columns - 1);

/** Seconds left of what is counted, from how long the counted part took; undefined before anything moved. */
function paceOf(): (event: TimedEvent) => number | undefined {
  let first: { readonly what: string; readonly done: number; readonly at: number } | undefined;
  return (event) => {
    if (event.event === "phase") first = undefined;
    if (event.event !== "progress" || event.of <= 0) return undefined;
    const what = `${event.phase} of ${event.of}`;
    const at = Date.parse(event.at);
    if (first?.what !== what || event.done < first.done) first = { what, done: event.done, at };
    const done = event.done - first.done;
    return done === 0 || at <= first.at ? undefined : ((at - first.at) / 1000 / done) * (event.of - event.done);
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
