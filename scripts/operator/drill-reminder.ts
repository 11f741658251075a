// Says when a backup was last restored outside the host, as soon as that is too long ago.
import { DRILL_DAYS } from "../../runner/model/drill.ts";
import { drillEvent } from "../../runner/model/events.ts";
import { eventsLike, eventsOf, type HostEvent } from "./host-call.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import type { Target } from "./target.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * One line when no whole drill of the last 30 days is recorded on the host, undefined else. `told`: the newest as the host said it with its
 * runs, null for none; an older host says nothing, and is asked.
 */
export async function drillReminder(target: Target, told?: string | null): Promise<string | undefined> {
  const late =
    told === undefined
      ? lateDrill((await eventsOf(target, ["backup", "drills"])).events, new Date())
      : lateSince(told, new Date());
  return late === undefined ? undefined : `${late}: ${withStack("npm run restore-drill -- <run-id>", target.stack)}`;
}

/** When the last whole restore was, in words, as soon as that is more than 30 days before `now`; `--head` drills do not count. */
export function lateDrill(records: readonly HostEvent[], now: Date): string | undefined {
  const whole = eventsLike(drillEvent, records).filter((record) => record.kind === "whole");
  const newest = whole
    .map((record) => record.at)
    .sort()
    .at(-1);
  return lateSince(newest ?? null, now);
}

function lateSince(newest: string | null, now: Date): string | undefined {
  if (newest === null) return "no backup of this host was ever restored outside it";
  const age = now.getTime() - Date.parse(newest);
  return age <= DRILL_DAYS * DAY ? undefined : `the last restore drill was ${Math.floor(age / DAY)} days ago`;
}
