// Which machines move runs of a database, from the beats of their processes: one answer a machine.
import type { MachineAnswer } from "../model/events.ts";
import type { RowOf } from "../model/rows.ts";

/** The newest beat of each machine first; `doing`: what its living processes are at. */
export function machineAnswers(beats: readonly RowOf<"read/host-beats">[]): MachineAnswer[] {
  const byName = new Map<string, RowOf<"read/host-beats">[]>();
  for (const beat of [...beats].sort((one, other) => other.at.getTime() - one.at.getTime())) {
    const name = beat.process.split(" ", 1)[0] ?? "";
    byName.set(name, [...(byName.get(name) ?? []), beat]);
  }
  return [...byName].map(([machine, [newest, ...older]]) => {
    const all = newest === undefined ? older : [newest, ...older];
    return {
      event: "machine",
      machine,
      last_beat: newest?.at.toISOString() ?? "",
      seconds_ago:
        newest === undefined ? 0 : Math.max(0, Math.round((newest.now.getTime() - newest.at.getTime()) / 1_000)),
      silent: all.every(({ silent }) => silent),
      doing: [...new Set(all.filter(({ silent }) => !silent).map(({ doing }) => doing))].sort(),
    };
  });
}
