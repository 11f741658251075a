// `orchestrate notify`: looks at this host's files and tells people by the declared channels what they were not told yet.
import type { Common } from "./call-options.ts";
import { channelOf } from "../adapters/notification-channels.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { hostSight } from "../adapters/host-sight.ts";
import { recordFile } from "../adapters/notification-record.ts";
import { tellDue } from "../adapters/tell.ts";
import { tellsForItsHost } from "../adapters/teller.ts";
import type { Config } from "../model/config.ts";
import type { ChannelConfig, NotificationConfig } from "../model/notification-config.ts";
import { Stopped, STOPS } from "../model/stop.ts";
import { testMessage } from "../rules/deliveries.ts";
import { noticesOf } from "../rules/notices.ts";
import { printable } from "../rules/text-hygiene.ts";
import { printJson } from "../terminal/print-json.ts";

/** `test`: sends a test message to every receiver of every channel, or of one, and tells nothing else. */
export interface NotifyOptions {
  readonly test?: boolean;
  readonly channel?: string;
}

/** Exit 0 when everything that was tried was taken; the status of STOP_COULD_NOT_LOOK when some channel did not take something. */
export async function notify(common: Common, options: NotifyOptions): Promise<number> {
  const { config } = await loadConfig(common.config);
  const { notifications } = config;
  if (notifications === undefined)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "the configuration declares no notifications",
      wanted: "cutter:orchestrator.content.notifications in the stack's file, and `npm run up`",
      hint: "docs/notifications.md has an example to copy",
    });
  return options.test === true
    ? sendTests(common, config.host, chosen(notifications, options.channel))
    : tellAll(common, config, notifications);
}

function chosen({ channels }: NotificationConfig, name: string | undefined): readonly ChannelConfig[] {
  const some = channels.filter((channel) => name === undefined || channel.name === name);
  if (some.length > 0) return some;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `no channel ${name ?? ""}`,
    wanted: `one of ${channels.map((channel) => channel.name).join(", ")}`,
  });
}

async function sendTests(common: Common, host: string, channels: readonly ChannelConfig[]): Promise<number> {
  const message = testMessage(host, new Date());
  let failed = 0;
  for (const settings of channels) {
    for (const to of settings.kind === "smtp" ? settings.to : [""]) {
      const delivery = await channelOf(settings).deliver(message, to);
      if (!delivery.sent) failed += 1;
      say(common, {
        channel: settings.name,
        to,
        kind: "test",
        result: delivery.sent ? "sent" : "failed",
        reason: delivery.sent ? null : delivery.reason,
      });
    }
  }
  return failed === 0 ? 0 : STOPS.STOP_COULD_NOT_LOOK.exit;
}

async function tellAll(common: Common, config: Config, notifications: NotificationConfig): Promise<number> {
  const file = recordFile(config.orchestrator.runtime_root);
  const told = await tellDue({ config: notifications, host: config.host, file }, async () =>
    noticesOf(await hostSight(config, notifications, new Date()), await tellsForItsHost(config)),
  );
  for (const one of told) say(common, one);
  if (told.length === 0 && !common.json) process.stdout.write("nobody has to be told anything new\n");
  return told.every(({ result }) => result === "sent") ? 0 : STOPS.STOP_COULD_NOT_LOOK.exit;
}

interface Said {
  readonly channel: string;
  readonly to: string;
  readonly kind: string;
  readonly result: "sent" | "failed";
  readonly reason: string | null;
}

function say({ json }: Common, { channel, to, kind, result, reason }: Said): void {
  if (json) return printJson({ event: "told", channel, to, kind, result, reason });
  const receiver = to === "" ? "" : ` to ${to}`;
  process.stdout.write(
    `${printable(`${channel}: ${kind}${receiver}: ${result}${reason === null ? "" : `, ${reason}`}`)}\n`,
  );
}
