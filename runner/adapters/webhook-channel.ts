// Tells a program by a signed POST: docs/notifications.md says how a receiver checks the signature.
import { createHmac } from "node:crypto";
import type { ChannelConfig } from "../model/notification-config.ts";
import type { Channel } from "../world/notification.ts";
import { namedSecretsOf } from "./named-secret.ts";

const LIMIT_MS = 20_000;
/** Shorter keys can be found by trying. */
const SHORTEST_KEY = 16;

/** `sha256=<hex>` of HMAC-SHA256 over `<timestamp>.<body>`; the timestamp is inside, so that an old message cannot be sent again as new. */
const webhookSignature = (key: string, timestamp: string, body: string): string =>
  `sha256=${createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")}`;

/** The webhook channel of a configuration; `limitMs` bounds connecting and waiting together, milliseconds. */
export function webhookChannel(settings: Extract<ChannelConfig, { kind: "webhook" }>, limitMs = LIMIT_MS): Channel {
  const { name, url, secret } = settings;
  return {
    name,
    deliver: async (message) => {
      const secrets = await namedSecretsOf(secret.file, [secret.variable]);
      if ("fault" in secrets) return { sent: false, reason: secrets.fault };
      const [key = ""] = secrets.values;
      if (key.length < SHORTEST_KEY)
        return { sent: false, reason: `${secret.variable} has less than ${SHORTEST_KEY} characters` };
      const body = JSON.stringify(message);
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signal = AbortSignal.timeout(limitMs);
      try {
        const answer = await fetch(url, {
          method: "POST",
          redirect: "manual",
          signal,
          body,
          headers: {
            "content-type": "application/json",
            "x-cutter-delivery": message.id,
            "x-cutter-timestamp": timestamp,
            "x-cutter-signature": webhookSignature(key, timestamp, body),
          },
        });
        // Nothing of an answer is believed but its status, so nothing of it is read.
        await answer.body?.cancel().catch(() => undefined);
        return answer.status >= 200 && answer.status < 300
          ? { sent: true }
          : { sent: false, reason: `status ${answer.status}` };
      } catch {
        return { sent: false, reason: signal.aborted ? `no answer within ${limitMs} ms` : "no connection" };
      }
    },
  };
}
