// The channels of a configuration, each behind the one port.
import type { ChannelConfig } from "../model/notification-config.ts";
import type { Channel } from "../world/notification.ts";
import { commandChannel } from "./command-channel.ts";
import { mailChannel } from "./mail-channel.ts";
import { webhookChannel } from "./webhook-channel.ts";

/** The channel that a configuration describes. */
export function channelOf(settings: ChannelConfig): Channel {
  switch (settings.kind) {
    case "smtp":
      return mailChannel(settings);
    case "webhook":
      return webhookChannel(settings);
    case "command":
      return commandChannel(settings);
  }
}
