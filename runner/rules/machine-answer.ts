// Which machines move runs of a database, from the beats of their processes: one answer a machine.
import type { MachineAnswer } from "../model/events.ts";
import { isRunId } from "../model/ids.ts";
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

/**
 * Whether the machine `own` tells people what every machine of its host would tell: the first of `names` whose worker lives. While none
 * does, each tells, so that it is told twice rather than never.
 */
export function tellsForHost(
  names: readonly string[],
  own: string,
  beats: readonly Pick<RowOf<"read/host-beats">, "process" | "doing" | "silent">[],
): boolean {
  const living = new Set(
    beats
      .filter(({ silent, doing }) => !silent && !isRunId(doing))
      .map(({ process }) => (process.split(" ", 1)[0] ?? "").toLowerCase()),
  );
  const first = names.find((name) => living.has(name.toLowerCase()));
  return first === undefined || first.toLowerCase() === own.toLowerCase();
}
