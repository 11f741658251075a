// One line of NDJSON on standard output, in the form that model/events.ts names.
import type { Printed } from "../model/events.ts";

/** Prints an event or an answer for programs. */
export function printJson(printed: Printed): void {
  process.stdout.write(`${JSON.stringify(printed)}\n`);
}
