// Tells everything that is due and records each try: at least once, bounded in time, one teller at a time.
import type { Message, Notice, Told } from "../model/notice.ts";
import type { NotificationConfig } from "../model/notification-config.ts";
import { dueNow, messageOf, type Due } from "../rules/deliveries.ts";
import type { Channel, Delivery } from "../world/notification.ts";
import { channelOf } from "./notification-channels.ts";
import { recordTold, tellingAlone, toldBefore } from "./notification-record.ts";

/** After this no further try begins; what is left is due at the next look. */
const WHOLE_MS = 120_000;
/** A look that tells already tells the same: this long it is waited for, because it may have looked a moment too early. */
const WAIT_MS = 150_000;

/** Whose notices, how they are told and where that is recorded. */
export interface Telling {
  readonly config: NotificationConfig;
  readonly host: string;
  /** The record: {@link recordFile}. */
  readonly file: string;
}

/** Every try of this look, in the order it was made; empty when nothing was due. `notices` is asked for when no other process tells. */
export async function tellDue(
  { config, host, file }: Telling,
  notices: () => Promise<readonly Notice[]>,
): Promise<Told[]> {
  const done = await tellingAlone(file, WAIT_MS, async () => {
    const begun = Date.now();
    const due = dueNow(await notices(), await toldBefore(file), config, new Date());
    const channels = new Map(config.channels.map((settings) => [settings.name, channelOf(settings)]));
    const told: Told[] = [];
    // One line of tries a channel: a dead mail server must not keep a webhook waiting.
    await Promise.all(
      [...channels.values()].map(async (channel) => {
        for (const one of due.filter((item) => item.channel === channel.name)) {
          if (Date.now() - begun > WHOLE_MS) return;
          told.push(await tryOnce(channel, one, messageOf(one.notice, host, new Date()), file));
        }
      }),
    );
    return told;
  });
  return done ?? [];
}

// Recorded after it was sent: a process killed between the two tells again, and none that was not sent is called told.
async function tryOnce(channel: Channel, { notice, to }: Due, message: Message, file: string): Promise<Told> {
  const delivery: Delivery = await channel.deliver(message, to);
  const told: Told = {
    at: new Date().toISOString(),
    key: notice.key,
    kind: notice.kind,
    channel: channel.name,
    to,
    result: delivery.sent ? "sent" : "failed",
    reason: delivery.sent ? null : delivery.reason,
  };
  await recordTold(file, told);
  return told;
}
