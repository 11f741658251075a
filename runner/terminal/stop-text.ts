// How a stop is shown: eight labels for people, one object for programs. Every value as one printable line.
import { STOPS, type StopCode, type Stopped } from "../model/stop.ts";
import type { StatusJson } from "../rules/status.ts";
import { labelled, safeText } from "./status-text.ts";

/** JSON form of a stop; `next` and `or` are commands to paste. */
export interface StopJson {
  readonly code: StopCode;
  readonly saw: string;
  readonly wanted: string;
  readonly hint: string;
  readonly next: string | null;
  readonly or: string | null;
  readonly details: readonly string[];
}

/** What is known of the run beside its stop: its status, `no run` where none was opened, undefined where nobody has looked. */
export type Standing = StatusJson | "no run" | undefined;

type Shown = Pick<Stopped, "code" | "facts">;

/** The stop as data. The stop's own commands come first; what it leaves open the run's status answers. */
export function stopJson(stop: Shown, standing?: Standing): StopJson {
  const { facts } = stop;
  const status = typeof standing === "object" ? standing : undefined;
  return {
    code: stop.code,
    saw: facts.saw,
    wanted: facts.wanted,
    hint: facts.hint ?? STOPS[stop.code].hint,
    next: facts.next ?? status?.next ?? (status ? `cutter orchestrate status ${status.run_id}` : null),
    or: facts.or ?? orOf(stop, status),
    details: facts.details ?? [],
  };
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

/** A status' alternative is kept only while the stop does not already name that command as its next. */
function orOf(stop: Shown, status: StatusJson | undefined): string | null {
  const candidates = stop.facts.next === undefined ? [status?.or] : [status?.next, status?.or];
  return candidates.find((command) => command !== undefined && command !== null && command !== stop.facts.next) ?? null;
}

function committed(standing: Standing): string {
  if (standing === undefined) return "not read; `cutter orchestrate status` tells";
  return standing === "no run" ? "nothing: no run was opened" : standing.committed_text;
}

function safe(standing: Standing, zone?: string): string {
  if (standing === undefined) return "not known; `cutter orchestrate status` tells";
  return standing === "no run" ? "yes, without limit" : safeText(standing, zone);
}
