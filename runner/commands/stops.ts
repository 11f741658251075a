// `cutter stops`: the stop table as people and programs read it. Made of the table alone.
import {
  EXIT_BUG,
  EXIT_DRIFT_FOUND,
  EXIT_USAGE,
  isStopCode,
  STOPS,
  type StopCode,
  type StopRow,
} from "../model/stop.ts";
import { printJson } from "../terminal/print-json.ts";

/** One line of `cutter stops --json`. */
export interface StopLine extends StopRow {
  readonly code: StopCode;
}

/** Exit statuses that no stop has. */
const OTHER_EXITS: readonly (readonly [exit: number, meaning: string])[] = [
  [0, "done or clean"],
  [EXIT_DRIFT_FOUND, "reserved: drift was looked for and found"],
  [EXIT_USAGE, "usage: the command was not understood, nothing was done"],
  [EXIT_BUG, "a bug: the stack is printed; send it with the command"],
];

/** The table by exit status, then in the order of the model. */
export function stopLines(): StopLine[] {
  return Object.keys(STOPS)
    .filter(isStopCode)
    .map((code) => ({ code, ...STOPS[code] }))
    .sort((a, b) => a.exit - b.exit);
}

/** The table for people: a block for each exit status, ascending; lines ended by one line feed each. */
export function stopsText(): string {
  const lines = stopLines();
  const width = Math.max(...lines.map((line) => line.code.length)) + 2;
  const exits = [...new Set([...OTHER_EXITS.map(([exit]) => exit), ...lines.map((line) => line.exit)])].sort(
    (a, b) => a - b,
  );
  const blocks = exits.map((exit) => {
    const meaning = OTHER_EXITS.find(([other]) => other === exit)?.[1];
    const stops = lines
      .filter((line) => line.exit === exit)
      .flatMap((line) => [
        `  ${line.code.padEnd(width)}${line.title}`,
        `  ${"".padEnd(width)}${line.hint} (call: ${line.call})`,
      ]);
    return [`exit ${exit}${meaning === undefined ? "" : `  ${meaning}`}`, ...stops].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Prints the table: for people, or one JSON object a line. */
export async function showStops(common: { readonly json: boolean }): Promise<number> {
  if (common.json) stopLines().forEach(printJson);
  else process.stdout.write(stopsText());
  return 0;
}
