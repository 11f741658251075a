// Processor time of a whole bench: this process and everything it starts, detached programs and servers too, by a control group of its
// own. A busy machine changes it little.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where control groups count processor time: the older hierarchy of its own, or the unified one. */
const PLACES = [
  { root: "/sys/fs/cgroup/cpuacct", file: "cpuacct.usage", seconds: (text: string) => Number(text) / 1e9 },
  {
    root: "/sys/fs/cgroup",
    file: "cpu.stat",
    seconds: (text: string) => Number(/^usage_usec (\d+)$/m.exec(text)?.[1]) / 1e6,
  },
];

/** Seconds so far; undefined on a machine that lets us make no control group. `end` when every program of the bench has ended. */
export interface OwnProcessor {
  readonly seconds: () => number | undefined;
  readonly end: () => void;
}

/** From now on everything that this process starts is counted. */
export function ownProcessor(): OwnProcessor {
  for (const { root, file, seconds } of PLACES) {
    const group = join(root, `cutter-bench-${process.pid}`);
    try {
      mkdirSync(group);
      if (!existsSync(join(group, file))) throw new Error(`no ${file}`);
      writeFileSync(join(group, "cgroup.procs"), String(process.pid));
    } catch {
      remove(group);
      continue;
    }
    return {
      seconds: () => seconds(readFileSync(join(group, file), "utf8")),
      end: () => {
        writeFileSync(join(root, "cgroup.procs"), String(process.pid));
        remove(group);
      },
    };
  }
  return { seconds: () => undefined, end: () => undefined };
}

/** A group that still has a process stays; it holds nothing but a number. */
function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // It was never made, or something of it still ends.
  }
}
