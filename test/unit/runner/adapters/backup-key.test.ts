// Which recipient keys a backup accepts. Keys are made for each test.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import * as openpgp from "openpgp";
import { expect, test } from "vitest";
import { loadRecipient, recipientOf } from "../../../../runner/adapters/backup-key.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { makeRecipient } from "../../../support/backup.ts";

const DAY = 86_400;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY * 1_000);

async function refusal(armored: string, fingerprint: string, now = new Date()): Promise<string> {
  const error: unknown = await recipientOf(armored, fingerprint, now).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Stopped);
  if (!(error instanceof Stopped)) return "";
  expect(error.code).toBe("STOP_BACKUP_GPG_PUBKEY_MISSING");
  return error.facts.saw;
}

test("a valid key is known by its fingerprint and its encryption subkey", async () => {
  const made = await makeRecipient();
  const recipient = await recipientOf(made.publicKey, made.fingerprint, new Date());
  expect(recipient.fingerprint).toBe(made.fingerprint);
  expect(recipient.subkey).not.toBe(made.fingerprint);
  expect(recipient.keyId).toBe(recipient.subkey.slice(-16));
});

test("an RSA key of 3072 bits, as gpg makes it, is accepted", async () => {
  const made = await makeRecipient({ type: "rsa" });
  await expect(recipientOf(made.publicKey, made.fingerprint, new Date())).resolves.toMatchObject({
    fingerprint: made.fingerprint,
  });
});

test("a missing file is refused without quoting anything", async () => {
  const folder = await mkdtemp("/tmp/bk-");
  try {
    await expect(loadRecipient(join(folder, "absent.asc"), "A".repeat(40), new Date())).rejects.toMatchObject({
      code: "STOP_BACKUP_GPG_PUBKEY_MISSING",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a file that holds a private key is refused", async () => {
  const made = await makeRecipient();
  expect(await refusal(made.privateKey, made.fingerprint)).toContain("private key");
});

test("another key than the pinned one is refused by fingerprint", async () => {
  const [made, other] = await Promise.all([makeRecipient(), makeRecipient()]);
  expect(await refusal(made.publicKey, other.fingerprint)).toContain(made.fingerprint);
});

test("a short key id does not count as a fingerprint", async () => {
  const made = await makeRecipient();
  expect(await refusal(made.publicKey, made.fingerprint.slice(-16))).toContain("40 upper-case hex digits");
});

test("an expired key is refused from the moment it expires", async () => {
  const made = await makeRecipient({ keyExpirationTime: DAY, date: daysAgo(2) });
  expect(await refusal(made.publicKey, made.fingerprint)).toMatch(/expired/i);
  await expect(recipientOf(made.publicKey, made.fingerprint, daysAgo(1.5))).resolves.toBeDefined();
});

test("a revoked key is refused", async () => {
  const made = await makeRecipient();
  const revoked = await openpgp.revokeKey({
    key: await openpgp.readPrivateKey({ armoredKey: made.privateKey }),
    format: "object",
  });
  expect(await refusal(revoked.publicKey.armor(), made.fingerprint)).toMatch(/revoked/i);
});

test("a key that can only sign is refused", async () => {
  const made = await makeRecipient({ subkeys: [{ sign: true }] });
  expect(await refusal(made.publicKey, made.fingerprint)).toContain("no valid encryption subkey");
});

test("a subkey that GnuPG 2.2 cannot read is refused", async () => {
  const made = await makeRecipient({ type: "curve25519" });
  expect(await refusal(made.publicKey, made.fingerprint)).toContain("GnuPG 2.2");
});

test.each([
  ["empty", ""],
  ["not OpenPGP", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ["cut off", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME"],
])("a key file that is %s is refused", async (_what, text) => {
  await refusal(text, "A".repeat(40));
});

test("two keys in one file are refused, even when the first is the pinned one", async () => {
  const [made, other] = await Promise.all([makeRecipient(), makeRecipient()]);
  const both = [
    ...(await openpgp.readKeys({ armoredKeys: made.publicKey })),
    ...(await openpgp.readKeys({ armoredKeys: other.publicKey })),
  ];
  const list = new openpgp.PacketList();
  for (const key of both) list.push(...key.toPacketList());
  expect(await refusal(openpgp.armor(openpgp.enums.armor.publicKey, list.write()), made.fingerprint)).toContain(
    "2 keys",
  );
});
