// How a stop is shown: labelled lines for people, one object for programs. Every value as one printable line.
import type { Ended, StatusJson, StopJson } from "../model/events.ts";
import { isStopCode, STOPS, type StopCode, type StopFacts, type Stopped } from "../model/stop.ts";
import { labelled, safeText } from "./status-text.ts";

/** What is known of the run beside its stop: its status, `no run` where none was opened, undefined where nobody has looked. */
export type Standing = StatusJson | "no run" | undefined;

/** A stop that is shown: thrown here, or told by another process. */
export interface Shown {
  readonly code: StopCode;
  readonly facts: StopFacts;
}

/** The stop as data. The stop's own commands come first; what it leaves open the run's status answers. */
export function stopJson(stop: Shown, standing?: Standing): StopJson {
  const { facts } = stop;
  const status = typeof standing === "object" ? standing : undefined;
  return {
    code: stop.code,
    saw: facts.saw,
    wanted: facts.wanted,
    hint: facts.hint ?? STOPS[stop.code].hint,
    next: facts.next ?? nextOf(stop, status),
    or: facts.or ?? orOf(stop, status),
    details: facts.details ?? [],
  };
}

/** The last word of a command that stopped. */
export const endedBy = (stopped: Stopped, standing?: Standing): Ended => ({
  event: "ended",
  exit: stopped.exit,
  stop: stopJson(stopped, standing),
});

/** The stop that a last word tells, undefined for a bug: that is no stop of the table. */
export function stopOfJson({ code, next, or, ...facts }: StopJson): Shown | undefined {
  if (!isStopCode(code)) return undefined;
  return { code, facts: { ...facts, ...(next === null ? {} : { next }), ...(or === null ? {} : { or }) } };
}

/** The stop for people, lines ended by one line feed each. `zone`: IANA name of the reader's time zone; default the process's own. */
export function stopText(stop: Shown, standing?: Standing, zone?: string): string {
  const json = stopJson(stop, standing);
  const row = STOPS[stop.code];
  const lines = [
    `${stop.code}: ${row.title}`,
    ...labelled([
      ["saw", json.saw],
      ["line", stop.facts.line === undefined ? null : String(stop.facts.line)],
      ["wanted", json.wanted],
      // One finding is the line above; a list of one would only say it twice.
      ...json.details
        .filter((detail) => detail !== json.saw || json.details.length > 1)
        .map((detail): [string, string] => ["  -", detail]),
      ["COMMITTED SO FAR", committed(standing)],
      ["SAFE TO LEAVE", safe(standing, zone)],
      ["HINT", json.hint],
      ["NEXT", json.next],
      ["OR", json.or],
      ["CALL", row.call],
    ]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What a run's status says comes next; behind another process only that process can be followed. */
function nextOf({ code }: Shown, status: StatusJson | undefined): string | null {
  if (!status) return null;
  const held = code === "STOP_LEASE_HELD" || code === "STOP_FENCED";
  if (held && status.holder !== null) return `cutter orchestrate follow ${status.run_id}`;
  return (held ? null : status.next) ?? `cutter orchestrate status ${status.run_id}`;
}

/** A status' alternative is kept only while the stop does not already name that command as its next. */
function orOf(stop: Shown, status: StatusJson | undefined): string | null {
  const candidates = stop.facts.next === undefined ? [status?.or] : [status?.next, status?.or];
  return candidates.find((command) => command !== undefined && command !== null && command !== stop.facts.next) ?? null;
}

function committed(standing: Standing): string {
  if (standing === undefined) return "not read; `cutter orchestrate status` tells";
  return standing === "no run" ? "nothing: this command opened no run" : standing.committed_text;
}

function safe(standing: Standing, zone?: string): string {
  if (standing === undefined) return "not known; `cutter orchestrate status` tells";
  return standing === "no run"
    ? "yes, as to this command; `cutter orchestrate status` tells of open runs"
    : safeText(standing, zone);
}
