import { generateKey } from "openpgp";
import { expect, test } from "vitest";
import { keyEnd } from "../../../../runner/adapters/key-end.ts";

const DAY = 24 * 3600;
const CREATED = new Date("2026-01-01T00:00:00Z");
const after = (days: number): Date => new Date(CREATED.getTime() + days * DAY * 1000);

async function made(ends: { primary?: number; encrypt?: number }) {
  const { publicKey: armored, privateKey: key } = await generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name: "test" }],
    date: CREATED,
    keyExpirationTime: (ends.primary ?? 0) * DAY,
    subkeys: [...(ends.encrypt === undefined ? [] : [{ keyExpirationTime: ends.encrypt * DAY }])],
    format: "object",
  });
  return { armored: armored.armor(), fingerprint: key.getFingerprint().toUpperCase() };
}

test("a key without an end has none, and one with an end has it even when it is over", async () => {
  const [endless, ended] = [await made({ encrypt: 0 }), await made({ primary: 30, encrypt: 0 })];
  expect(await keyEnd(endless.armored, endless.fingerprint, "sign")).toBeNull();
  expect(await keyEnd(ended.armored, ended.fingerprint, "sign")).toEqual(after(30));
});

test("a key ends for encrypting when its encryption subkey ends, and goes on for signing", async () => {
  const key = await made({ primary: 2000, encrypt: 60 });
  expect(await keyEnd(key.armored, key.fingerprint, "encrypt")).toEqual(after(60));
  expect(await keyEnd(key.armored, key.fingerprint, "sign")).toEqual(after(2000));
});

test("a subkey lasts no longer than the primary key", async () => {
  const key = await made({ primary: 50, encrypt: 90 });
  expect(await keyEnd(key.armored, key.fingerprint, "encrypt")).toEqual(after(50));
});

test("a key of another fingerprint is no answer", async () => {
  const key = await made({ encrypt: 0 });
  await expect(keyEnd(key.armored, "0".repeat(40), "sign")).rejects.toThrow("another fingerprint");
});
