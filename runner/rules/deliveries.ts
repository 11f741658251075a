// Which notice goes to which channel and receiver now: what was sent is not sent again, what failed waits longer each time.
import type { Message, Notice, Told } from "../model/notice.ts";
import type { ChannelConfig, NotificationConfig } from "../model/notification-config.ts";
import { sha256 } from "../model/canonical.ts";
import { printable } from "./text-hygiene.ts";

/** One thing to do: a notice for one receiver of a channel (`to` as in {@link Told}). */
export interface Due {
  readonly notice: Notice;
  readonly channel: string;
  readonly to: string;
}

/** Minutes before a failed try is repeated: five, doubled with each failure, at most twelve hours. */
export const waitMinutes = (failures: number): number => Math.min(5 * 2 ** (failures - 1), 12 * 60);

/** Addresses a notice goes to by mail: the operators, and those of the persons it concerns who have one. */
function receivers(channel: ChannelConfig, notice: Notice, people: NotificationConfig["people"]): string[] {
  if (channel.kind !== "smtp") return [""];
  const own = notice.persons.flatMap((person) => people[person] ?? []);
  return [...new Set([...channel.to, ...own])];
}

/** Everything that is due, in the order of the notices. */
export function dueNow(
  notices: readonly Notice[],
  told: readonly Told[],
  config: Pick<NotificationConfig, "channels" | "people">,
  now: Date,
): Due[] {
  const tries = new Map<string, Told[]>();
  for (const one of told) {
    const name = JSON.stringify([one.key, one.channel, one.to]);
    tries.set(name, [...(tries.get(name) ?? []), one]);
  }
  const isDue = ({ notice, channel, to }: Due): boolean => {
    const before = tries.get(JSON.stringify([notice.key, channel, to])) ?? [];
    const last = before.at(-1);
    if (last === undefined) return true;
    if (before.some(({ result }) => result === "sent")) return false;
    return now.getTime() - Date.parse(last.at) >= waitMinutes(before.length) * 60_000;
  };
  return notices.flatMap((notice) =>
    config.channels
      .filter(({ notices: only }) => only === undefined || only.includes(notice.kind))
      .flatMap((channel) =>
        receivers(channel, notice, config.people).map((to): Due => ({ notice, channel: channel.name, to })),
      )
      .filter(isDue),
  );
}

/** Characters of one line of a message: what a run or a database said is cut off there. */
const LONGEST = 500;
const line = (text: string): string => {
  const shown = printable(text);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)} …` : shown;
};

/** A notice as people read it; every text of the host is made printable here, so that none can forge a line or a header. */
export function messageOf(notice: Notice, host: string, now: Date): Message {
  const next = notice.next.map(line);
  return {
    id: sha256(notice.key).slice(0, 32),
    kind: notice.kind,
    host,
    run_id: notice.run_id,
    persons: notice.persons,
    subject: line(`cutter: ${notice.subject}`),
    text: [
      ...notice.lines.map(line),
      ...(next.length === 0 ? [] : ["", "Next:", ...next.map((one) => `  ${one}`)]),
      "",
    ].join("\n"),
    next,
    at: now.toISOString(),
  };
}

/** What `notify test` sends: recognisable, and nothing anybody has to do. */
export function testMessage(host: string, now: Date): Message {
  return {
    id: sha256(`test ${host} ${now.toISOString()}`).slice(0, 32),
    kind: "test",
    host,
    run_id: null,
    persons: [],
    subject: `cutter: test from ${host}`,
    text: `This is a test of how ${host} tells people. Nothing has to be done.\n`,
    next: [],
    at: now.toISOString(),
  };
}
