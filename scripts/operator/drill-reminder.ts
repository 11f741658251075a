// Says when a backup was last restored outside the host, as soon as that is too long ago.
import { DRILL_DAYS, drillRecordSchema } from "../../runner/model/drill.ts";
import { eventsOf } from "./host-call.ts";
import { withStack } from "./operator-command.ts";
import type { Target } from "./target.ts";

const DAY = 24 * 60 * 60 * 1000;

/** One line when no whole drill of the last 30 days is recorded, undefined else. `now` is this machine's clock. */
export async function drillReminder(target: Target, now = new Date()): Promise<string | undefined> {
  const { events } = await eventsOf(target, ["backup", "drills"]);
  const records = events.flatMap(({ event: _event, ...record }) => {
    const parsed = drillRecordSchema.safeParse(record);
    return parsed.success && parsed.data.kind === "whole" ? [parsed.data.at] : [];
  });
  const newest = records.sort().at(-1);
  if (newest !== undefined && now.getTime() - Date.parse(newest) <= DRILL_DAYS * DAY) return undefined;
  const when = newest === undefined ? "no backup of this host was ever restored outside it" : `the last restore drill was ${Math.floor((now.getTime() - Date.parse(newest)) / DAY)} days ago`;
  return `${when}: ${withStack("npm run restore-drill -- <run-id>", target.stack)}`;
}
