// One line of NDJSON on standard output, in the form that model/events.ts names, without a character that acts on a terminal.
import type { Printed } from "../model/events.ts";
import { escapedJson } from "../rules/text-hygiene.ts";

/** A value as one line; controls, invisible and reordering characters stand in it as `\uXXXX`, which a JSON parser reads as before. */
export const jsonLine = (value: unknown): string => `${escapedJson(JSON.stringify(value))}\n`;

/** Prints an event or an answer for programs. */
export function printJson(printed: Printed): void {
  process.stdout.write(jsonLine(printed));
}

/** Prints what a host said, which may be more than this release knows; who passes it on has judged it. */
export function printTold(told: Readonly<Record<string, unknown>>): void {
  process.stdout.write(jsonLine(told));
}
