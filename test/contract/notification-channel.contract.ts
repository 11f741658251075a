// What every channel must do: hand a message over as it is, say in its own words why it was not taken, and never wait for ever.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../runner/model/notice.ts";
import type { Channel } from "../../runner/world/notification.ts";

/** Words that the other side says when it refuses; none of them may come back. */
export const SAID = "PLANTED-WORDS-OF-THE-OTHER-SIDE";
/** A secret that the channel was given; nothing it says may hold it. */
export const SECRET = "planted-secret-0123456789";
export const LIMIT_MS = 1_500;

/** A message as the other side got it. */
export interface Taken {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
}

/** One channel with its receiver behind it. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  readonly to: string;
  taken(): Promise<readonly Taken[]>;
  /** The next message is refused, with {@link SAID} where the other side can say something. */
  refuseNext(): Promise<void>;
  /** From now on nothing is answered. */
  fallSilent(): Promise<void>;
  /** From now on nobody is there. */
  goAway(): Promise<void>;
  /** The secret's file no longer sets it; undefined for a channel without a secret. */
  readonly forgetSecret?: () => Promise<void>;
  close(): Promise<void>;
}

export const message = (more: Partial<Message> = {}): Message => ({
  id: "0123456789abcdef0123456789abcdef",
  kind: "signature_wanted",
  host: "test-host",
  run_id: "ictr-20261120T080000Z-8a941203",
  persons: ["minh"],
  subject: "cutter: signature wanted: SG_1_cut_authz of BỘ-LUẬT",
  text: "Run waits for the signature; chữ ký của người duyệt.\n.a line that begins with a dot\n\nNext:\n  npm run fetch -- x\n",
  next: ["npm run fetch -- x"],
  at: "2026-11-20T08:00:00.000Z",
  ...more,
});

export function channelContract(name: string, make: () => Promise<ChannelUnderTest>): void {
  describe(`the ${name} channel`, () => {
    let under: ChannelUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(async () => {
      await under.close();
    });
    const reason = async (): Promise<string> => {
      const delivery = await under.channel.deliver(message(), under.to);
      expect(delivery.sent).toBe(false);
      const said = delivery.sent ? "" : delivery.reason;
      expect(said).not.toContain(SAID);
      expect(said).not.toContain(SECRET);
      expect(said).toMatch(/^[\x20-\x7e]{5,200}$/);
      return said;
    };

    test("a message arrives once, with every word as it was", async () => {
      expect(await under.channel.deliver(message(), under.to)).toEqual({ sent: true });
      const { id, kind, subject, text } = message();
      expect(await under.taken()).toEqual([{ id, kind, subject, text }]);
    });

    test("a message told twice carries the same id, so that the receiver can see that it is one", async () => {
      await under.channel.deliver(message(), under.to);
      await under.channel.deliver(message(), under.to);
      expect((await under.taken()).map(({ id }) => id)).toEqual([message().id, message().id]);
    });

    test("a refusal is told in our own words, and the next message is taken", async () => {
      await under.refuseNext();
      await reason();
      expect(await under.channel.deliver(message(), under.to)).toEqual({ sent: true });
    });

    test("a receiver that never answers is given up within the limit", async () => {
      await under.fallSilent();
      const begun = Date.now();
      await reason();
      expect(Date.now() - begun).toBeLessThan(LIMIT_MS + 5_000);
    });

    test("a receiver that is not there is a reason and no crash", async () => {
      await under.goAway();
      await reason();
    });

    test("a secret that its file no longer sets is named by its variable", async () => {
      if (under.forgetSecret === undefined) return expect(under.channel.name).toBe("pager");
      await under.forgetSecret();
      expect(await reason()).toMatch(/does not set [A-Z_]+$/);
    });
  });
}
