// Which process is meant: a pid is used again, so a process is named by its pid and its start time, as the kernel tells them.
import { readFileSync } from "node:fs";

/** What /proc tells of a process. `startTicks` counts clock ticks since the boot; a zombie has ended and waits for its parent. */
export interface ProcessStat {
  readonly zombie: boolean;
  readonly parent: number;
  readonly startTicks: string;
}

/** Facts of a process; undefined when there is none. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    // The second field is the program's name in brackets and may hold blanks and brackets: fields are counted behind its last bracket.
    const [state, parent, ...rest] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // Start time is field 22 of the line.
    const startTicks = rest[17];
    return startTicks === undefined ? undefined : { zombie: state === "Z", parent: Number(parent), startTicks };
  } catch {
    return undefined;
  }
}

/** Start time of a living process in clock ticks since the boot; undefined when it is gone or a zombie. */
export function processStart(pid: number): string | undefined {
  const stat = processStat(pid);
  return stat === undefined || stat.zombie ? undefined : stat.startTicks;
}
