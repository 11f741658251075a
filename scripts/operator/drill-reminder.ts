// Says when a backup was last restored outside the host, as soon as that is too long ago.
import { DRILL_DAYS, drillRecordSchema } from "../../runner/model/drill.ts";
import { eventsOf, type HostEvent } from "./host-call.ts";
import { withStack } from "../frame/operator-command.ts";
import type { Target } from "./target.ts";

const DAY = 24 * 60 * 60 * 1000;

/** One line when no whole drill of the last 30 days is recorded on the host, undefined else. */
export async function drillReminder(target: Target): Promise<string | undefined> {
  const { events } = await eventsOf(target, ["backup", "drills"]);
  const late = lateDrill(events, new Date());
  return late === undefined ? undefined : `${late}: ${withStack("npm run restore-drill -- <run-id>", target.stack)}`;
}

/** When the last whole restore was, in words, as soon as that is more than 30 days before `now`; `--head` drills do not count. */
export function lateDrill(records: readonly HostEvent[], now: Date): string | undefined {
  const whole = records.flatMap(({ event: _event, ...record }) => {
    const parsed = drillRecordSchema.safeParse(record);
    return parsed.success && parsed.data.kind === "whole" ? [parsed.data.at] : [];
  });
  const newest = whole.sort().at(-1);
  if (newest === undefined) return "no backup of this host was ever restored outside it";
  const age = now.getTime() - Date.parse(newest);
  return age <= DRILL_DAYS * DAY ? undefined : `the last restore drill was ${Math.floor(age / DAY)} days ago`;
}
