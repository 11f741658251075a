// The port to whoever is told: one channel of the configuration, whatever carries it.
import type { Message } from "../model/notice.ts";

/** Nothing, or why it was not taken: in our own words, without a secret and without the other side's text. */
export type Delivery = { readonly sent: true } | { readonly sent: false; readonly reason: string };

/** A channel. Never throws for what the other side does, and answers within the limit of its settings. */
export interface Channel {
  readonly name: string;
  /** `to`: one mail address; empty where the channel has one receiver of its own. */
  deliver(message: Message, to: string): Promise<Delivery>;
}
