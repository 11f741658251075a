// What needs attention now, as people read it: open runs, the age of what is known of drift, the next command.
import type { StatusJson } from "../../runner/model/events.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { painter, type ColourScreen } from "../../runner/terminal/colour.ts";
import { tableLines } from "../../runner/terminal/table.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import type { LastLook } from "../stack/last-look.ts";

/** What was found; `runs`: every run of the host, newest first. */
export interface Attention {
  readonly stack: string;
  readonly runs: readonly StatusJson[];
  readonly looked: LastLook | undefined;
  readonly now: Date;
}

/** Age of a look at the host from which on the next one is due. */
const LOOK_AGAIN_HOURS = 24;
const HOUR = 3_600_000;

export const openRuns = ({ runs }: Attention): readonly StatusJson[] => runs.filter(({ closed }) => closed === null);

/**
 * The one command to type next: what the oldest open run that names one asks for (a halted run: its UNHALT), else `status`; without an
 * open run a look at the host when it is due or found something, else a cut.
 */
export function nextCommandOf(found: Attention): string {
  const open = openRuns(found);
  const waiting = open.findLast(({ next }) => next !== null);
  if (waiting?.next) return waiting.next;
  if (open.length > 0) return withStack("npm run status", found.stack);
  if (lookIsOld(found) || (found.looked?.differences ?? 0) > 0) return withStack("npm run drift", found.stack);
  return withStack("npm run cut -- <document-id>", found.stack);
}

/** Whether what this clone knows of drift is too old, or nothing. */
export const lookIsOld = ({ looked, now }: Attention): boolean =>
  looked === undefined || now.getTime() - Date.parse(looked.at) > LOOK_AGAIN_HOURS * HOUR;

/** How long ago, in the largest whole unit. */
export function ageText(at: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 60_000));
  const [count, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / 1440), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** The drift line: never, or when and what. */
function driftWords({ looked, now, stack }: Attention): string {
  if (looked === undefined) return `never looked at from this clone; ${withStack("npm run drift", stack)}`;
  const found =
    looked.differences === 0 ? "none" : `${looked.differences} difference${looked.differences === 1 ? "" : "s"}`;
  return `${found}, looked at ${ageText(looked.at, now)}`;
}

/** The page, lines ended by one line feed each; `screen`: where it is shown. */
export function attentionText(found: Attention, screen: ColourScreen): string {
  const paint = painter(screen);
  const open = openRuns(found);
  const halts = [...new Set(open.flatMap(({ halted }) => halted))];
  const lines = [
    paint("title", printable(`stack ${found.stack}`)),
    `open runs   ${open.length === 0 ? `none of ${found.runs.length}` : `${open.length} of ${found.runs.length}`}`,
    ...halts.map((halt) => `${paint("bad", "HALTED")}      ${printable(halt)}`),
    `drift       ${driftWords(found)}`,
    `${paint("title", "next")}        ${printable(nextCommandOf(found))}`,
  ];
  return [...lines, ...(open.length === 0 ? [] : ["", ...runsTable(open, screen)])].map((line) => `${line}\n`).join("");
}

/** Runs as a table with its header. */
export function runsTable(runs: readonly StatusJson[], screen: ColourScreen): string[] {
  const [header = "", ...rows] = tableLines(
    [{ title: "RUN", whole: true }, { title: "DOCUMENT" }, { title: "STATE" }, { title: "OPEN OR CLOSED" }],
    runs.map((run) => [
      run.run_id,
      printable(run.document_id),
      printable(run.state),
      printable(run.closed === null ? `open, ${run.waiting_for ?? "nothing to wait for"}` : `closed ${run.closed}`),
    ]),
    screen.isTTY === true ? screen.columns : undefined,
  );
  return [painter(screen)("title", header), ...rows];
}
