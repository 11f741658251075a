// A run's status for people: the sheet one colleague hands to the next. Times in UTC and in the reader's own zone.
import type { StatusJson } from "../model/events.ts";
import { printable } from "../rules/text-hygiene.ts";
import { broken } from "./table.ts";

/** `2026-11-20 15:04:05 UTC (22:04:05 UTC+07:00, Fri 20 Nov)`. `zone`: IANA name; without it that of the process. */
export function bothTimes(utc: string, zone?: string): string {
  const date = new Date(utc);
  if (Number.isNaN(date.getTime())) return printable(utc);
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...(zone === undefined ? {} : { timeZone: zone }),
    weekday: "short",
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((item) => item.type === type)?.value ?? "";
  // The offset, not the zone's name: names differ between releases of Node, and a colleague elsewhere may not know the city.
  const offset = part("timeZoneName").replace("GMT", "UTC");
  return (
    `${date.toISOString().slice(0, 19).replace("T", " ")} UTC (${part("hour")}:${part("minute")}:${part("second")} ` +
    `${offset}, ${part("weekday")} ${part("day")} ${part("month")})`
  );
}

/** The line of SAFE TO LEAVE, with both times where there is one. */
export function safeText(status: StatusJson, zone?: string): string {
  return status.safe_until === null ? status.safe_text : `${status.safe_text} ${bothTimes(status.safe_until, zone)}`;
}

const LABEL = 18;
const NARROWEST = 20;
/** What people paste stays in one line, whatever the width. */
const COMMANDS: ReadonlySet<string> = new Set(["NEXT", "OR"]);

/**
 * Lines of label and value, the label in a column of 18; every value as one printable line. `width`: columns of the terminal, into which a
 * value that is no command is broken; undefined (a pipe, a file) breaks nothing.
 */
export function labelled(rows: readonly (readonly [label: string, value: string | null])[], width?: number): string[] {
  return rows.flatMap(([label, value]) => {
    if (value === null) return [];
    const whole = width === undefined || width < LABEL + NARROWEST || COMMANDS.has(label);
    const lines = whole ? [printable(value)] : broken(printable(value), width - LABEL);
    return lines.map((line, index) => `${(index === 0 ? label : "").padEnd(LABEL)}${line}`);
  });
}

/** The sheet, lines ended by one line feed each. `zone`: IANA name of the reader's time zone; `width` as in {@link labelled}. */
export function statusText(status: StatusJson, zone?: string, width?: number): string {
  const rows: readonly (readonly [string, string | null])[] = [
    ["run", `${status.run_id} of ${status.document_id}`],
    ["started by", `${status.actor} on ${status.host}`],
    ["state", status.last_stop === null ? status.state : `${status.state}, last stop ${status.last_stop}`],
    ["closed", status.closed === null ? null : bothTimes(status.closed, zone)],
    ["COMMITTED SO FAR", status.committed_text],
    ["WAITING FOR", status.waiting_for],
    ["DEADLINE", status.deadline === null ? null : `${bothTimes(status.deadline, zone)}: ${status.deadline_of ?? ""}`],
    ["SAFE TO LEAVE", safeText(status, zone)],
    ...status.halted.map((halt) => ["HALTED", halt] as const),
    [
      "held by",
      status.holder === null
        ? null
        : `${status.holder}${status.holder_until === null ? "" : `, lease until ${bothTimes(status.holder_until, zone)}`}`,
    ],
    ["NEXT", status.next],
    ["OR", status.or],
    ["CALL", status.call],
    ["page", status.page ?? null],
    ["as of", bothTimes(status.as_of, zone)],
  ];
  return labelled(rows, width)
    .map((line) => `${line}\n`)
    .join("");
}

/** What a person reads when work on a run ended well. */
export const doneText = (status: StatusJson): string =>
  `${printable(`${status.document_id}: ${status.committed_text}; state ${status.state}`)}\n` +
  `${status.next === null ? "" : `next: ${printable(status.next)}\n`}`;
