// The combination is what admits: every case of the table is refused by it, for the reason that the case is about.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import type { SignatureAnswer, SignatureQuestion, SignatureVerifier } from "../../runner/world/signature.ts";
import { verifyWithBoth } from "../../runner/signatures/both-verifiers.ts";
import {
  BYTES,
  contentCases,
  crafted,
  fileCases,
  keyCases,
  NOW,
  question,
  seconds,
  stock,
} from "../support/approval-cases.ts";
import type { Case, Stock } from "../support/approval-cases.ts";
import { gpgHome } from "../support/gpg-home.ts";
import type { GpgHome } from "../support/gpg-home.ts";
import { be, notation, subpacket } from "../support/signature-packets.ts";

const second = gpgvVerifier();
const both = (asked: SignatureQuestion): Promise<SignatureAnswer> => verifyWithBoth(openpgpVerifier(), second, asked);

let gpg: GpgHome;
let s: Stock;
beforeAll(async () => {
  gpg = await gpgHome();
  s = await stock(gpg);
});
afterAll(async () => gpg.close());

async function reasons(cases: readonly Case[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { sentence, question: make } of cases) {
    const answer = await both(await make());
    found[sentence] = answer.ok ? "ACCEPTED" : answer.reason;
  }
  return found;
}
const expected = (cases: readonly Case[]): Record<string, string> =>
  Object.fromEntries(cases.map(({ sentence, because }) => [sentence, `openpgp: ${because}`]));

describe("two verifiers together", () => {
  test("refuse every key that must not count, and say what is wrong with it", async () => {
    expect(await reasons(keyCases())).toEqual(expected(keyCases()));
  });
  test("refuse every file that is not one plain signature, and say so", async () => {
    expect(await reasons(fileCases(s))).toEqual(expected(fileCases(s)));
  });
  test("refuse every signature whose inside is wrong, and say so", async () => {
    expect(await reasons(contentCases(s))).toEqual(expected(contentCases(s)));
  });
  test("accept an honest signature with its time", async () => {
    expect(await both(question(s.key, s.good))).toEqual({ ok: true, signedAt: NOW });
  });
  test("are not fooled by a note that holds a line of status words", async () => {
    const fake = `x\n[GNUPG:] VALIDSIG ${"0".repeat(40)} 2026-01-01 1 0 4 0 22 10 00 ${"0".repeat(40)}`;
    const signature = crafted(s, { hashed: [notation("law@example.org", fake)] });
    expect(await both(question(s.key, signature))).toEqual({ ok: true, signedAt: NOW });
  });
  test("refuse a signature in which they read different times", async () => {
    const signature = crafted(s, { hashed: [subpacket(2, be(seconds(NOW) + 60, 4), true)] });
    expect((await second.verify(question(s.key, signature))).ok).toBe(true);
    expect((await openpgpVerifier().verify(question(s.key, signature))).ok).toBe(true);
    expect(await both(question(s.key, signature))).toEqual({
      ok: false,
      reason: "the two verifiers read different signing times",
    });
  });
  test("refuse when only the second one refuses, and name it", async () => {
    const never: SignatureVerifier = { name: "second", verify: async () => ({ ok: false, reason: "no" }) };
    expect(await verifyWithBoth(openpgpVerifier(), never, question(s.key, s.good))).toEqual({
      ok: false,
      reason: "second: no",
    });
  });
  test("refuse any single changed byte of the signature", async () => {
    const accepted: number[] = [];
    for (let at = 0; at < s.good.length; at += 1) {
      const copy = Buffer.from(s.good);
      copy[at] = (copy[at] ?? 0) ^ 0x01;
      if ((await both(question(s.key, copy))).ok) accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });
  test("say that they could not look when gpgv cannot be run", async () => {
    const missing = gpgvVerifier({ program: "/nowhere/gpgv" });
    await expect(missing.verify(question(s.key, s.good, { bytes: BYTES }))).rejects.toMatchObject({
      code: "STOP_COULD_NOT_LOOK",
    });
  });
});

const DAY = 86_400_000;
const TODAY = Math.floor(Date.now() / 1000) * 1000;
const daysAgo = (days: number): Date => new Date(TODAY - days * DAY);

describe("a key that has ended since", () => {
  test("leaves a signature good that was made and admitted while the key was valid", async () => {
    const fingerprint = await gpg.generate("ended", daysAgo(10), "5d");
    const asked = {
      bytes: BYTES,
      signature: await gpg.sign(fingerprint, BYTES, daysAgo(8)),
      publicKeyArmored: await gpg.exported(fingerprint),
      fingerprint,
    };
    expect(await both({ ...asked, now: daysAgo(8) })).toEqual({ ok: true, signedAt: daysAgo(8) });
    expect(await both({ ...asked, now: daysAgo(4) })).toEqual({ ok: false, reason: "openpgp: an expired key" });
  });

  test("and is followed by a new signing subkey, signs with the new one", async () => {
    const fingerprint = await gpg.generate("rotated", daysAgo(800));
    const subkey = (at: Date, expire: string): Promise<Buffer> =>
      gpg.gpg([...gpg.faked(at), "--quick-add-key", fingerprint, "ed25519", "sign", expire]);
    await subkey(daysAgo(700), "365d");
    await subkey(daysAgo(20), "365d");
    const answer = await both({
      bytes: BYTES,
      signature: await gpg.sign(fingerprint, BYTES, daysAgo(1)),
      publicKeyArmored: await gpg.exported(fingerprint),
      fingerprint,
      now: daysAgo(1),
    });
    expect(answer).toEqual({ ok: true, signedAt: daysAgo(1) });
  });
});

describe("a signature with a term of its own", () => {
  // Made for NOW, which lies in the past: today's gpgv calls it expired.
  const signature = (seconds_: number): Buffer => crafted(s, { hashed: [subpacket(3, be(seconds_, 4), true)] });
  test("stays good for a row that was admitted while it ran, however late that is looked at", async () => {
    expect(await both(question(s.key, signature(20)))).toEqual({ ok: true, signedAt: NOW });
  });
  test("is refused as expired, and not as forged, once its term has ended", async () => {
    const late = { ...question(s.key, signature(20)), now: new Date(NOW.getTime() + 25_000) };
    expect(await both(late)).toEqual({ ok: false, reason: "openpgp: an expired signature" });
  });
});
