// Which machines move runs of a database, from the beats of their processes: one answer a machine.
import type { MachineAnswer } from "../model/events.ts";
import { isRunId } from "../model/ids.ts";
import type { RowOf } from "../model/rows.ts";

const machineOf = ({ process }: Pick<RowOf<"read/host-beats">, "process">): string => process.split(" ", 1)[0] ?? "";

/**
 * The newest beat of each machine first; `doing`: what its living processes are at, of a silent machine the runs it still holds. Machines
 * of `names`, which are this host together, that were not heard of stand at the end.
 */
export function machineAnswers(
  beats: readonly RowOf<"read/host-beats">[],
  names: readonly string[] = [],
): MachineAnswer[] {
  const byName = new Map<string, RowOf<"read/host-beats">[]>();
  for (const beat of [...beats].sort((one, other) => other.at.getTime() - one.at.getTime()))
    byName.set(machineOf(beat), [...(byName.get(machineOf(beat)) ?? []), beat]);
  const known = new Set([...byName.keys()].map((name) => name.toLowerCase()));
  const heard = [...byName].map(([machine, all]): MachineAnswer => {
    const [newest] = all;
    const living = all.filter(({ silent }) => !silent);
    return {
      event: "machine",
      machine,
      last_beat: newest?.at.toISOString() ?? null,
      seconds_ago: newest ? Math.max(0, Math.round((newest.now.getTime() - newest.at.getTime()) / 1_000)) : null,
      silent: living.length === 0,
      doing: [
        ...new Set(living.length === 0 ? all.flatMap(({ holds }) => holds) : living.map(({ doing }) => doing)),
      ].sort(),
    };
  });
  const missing = names
    .filter((name) => !known.has(name.toLowerCase()))
    .map((machine): MachineAnswer => ({
      ...{ event: "machine", machine, last_beat: null, seconds_ago: null, silent: true, doing: [] },
    }));
  return [...heard, ...missing];
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
    beats.filter(({ silent, doing }) => !silent && !isRunId(doing)).map((beat) => machineOf(beat).toLowerCase()),
  );
  const first = names.find((name) => living.has(name.toLowerCase()));
  return first === undefined || first.toLowerCase() === own.toLowerCase();
}
