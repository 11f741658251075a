// What provisioning accepts as an approver's key, tried with real keys of each kind.
import * as openpgp from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approverKeyFaults, checkApproverKey } from "../../runner/adapters/key-check.ts";
import { after, CREATED, NOW } from "../support/approval-cases.ts";
import { gpgHome } from "../support/gpg-home.ts";
import type { GpgHome } from "../support/gpg-home.ts";
import { makeKey, revoked, subkeyRevoked } from "../support/keys.ts";
import type { KeyWish, TestKey } from "../support/keys.ts";
import { APPROVERS } from "../support/statements.ts";

const check = async (key: TestKey): Promise<string> => {
  const answer = await checkApproverKey(key.publicKeyArmored, key.fingerprint, NOW);
  return answer.ok ? "accepted" : answer.reason;
};
const made = async (wish: Partial<KeyWish>): Promise<TestKey> => makeKey({ created: CREATED, ...wish });
const DAY = 86_400;

let gpg: GpgHome;
beforeAll(async () => {
  gpg = await gpgHome();
});
afterAll(async () => gpg.close());

describe("an approver's key", () => {
  test.each(["ed25519", "rsa3072"] as const)("of kind %s is accepted when it is laid", async (kind) => {
    expect(await check(await made({ kind }))).toBe("accepted");
  });
  test("made by gpg itself is accepted when it is laid", async () => {
    const fingerprint = await gpg.generate("person", CREATED, "2y");
    expect(await checkApproverKey(await gpg.exported(fingerprint), fingerprint, NOW)).toEqual({ ok: true });
    expect(await checkApproverKey(await gpg.secret(fingerprint), fingerprint, NOW)).toEqual({
      ok: false,
      reason: "secret key material",
    });
  });
  test.each(["ed25519-new", "v6", "rsa2048", "p256"] as const)(
    "of kind %s is refused, because not both verifiers can judge it well",
    async (kind) => {
      expect(await check(await made({ kind }))).not.toBe("accepted");
    },
  );
  test("that has expired or is not yet made is refused", async () => {
    expect(await check(await made({ expires: DAY }))).toBe("an expired key");
    expect(await check(await made({ created: after(NOW, DAY) }))).not.toBe("accepted");
  });
  test("that was revoked, for whatever reason, is refused", async () => {
    for (const flag of [0, 1, 2, 3] as const)
      expect(await check(await revoked(await made({}), flag, NOW))).toBe("a revoked key");
  });
  test("whose revocation was appended to its export is refused", async () => {
    const key = await made({});
    const { publicKey } = await openpgp.revokeKey({ key: key.privateKey, format: "object", date: NOW });
    const [revocation] = publicKey.revocationSignatures;
    const packets = Buffer.concat([
      key.privateKey.toPublic().write(),
      openpgp.PacketList.prototype.write.call([revocation]),
    ]);
    expect(await check({ ...key, publicKeyArmored: openpgp.armor(openpgp.enums.armor.publicKey, packets) })).toBe(
      "a revoked key",
    );
  });
  test("whose signing subkey was revoked is accepted while its primary key still signs", async () => {
    const key = await made({ signingSubkey: { created: CREATED } });
    expect(await check(key)).toBe("accepted");
    expect(await check(await subkeyRevoked(key, 1, NOW))).toBe("accepted");
  });
  test("under another fingerprint, twice in one block, or unreadable is refused", async () => {
    const key = await made({});
    expect(await check({ ...key, fingerprint: "A".repeat(40) })).toBe("a key of another fingerprint");
    const twice = Buffer.concat([key.privateKey.toPublic().write(), key.privateKey.toPublic().write()]);
    expect(await check({ ...key, publicKeyArmored: openpgp.armor(openpgp.enums.armor.publicKey, twice) })).toBe(
      "more than one key",
    );
    expect(
      await check({
        ...key,
        publicKeyArmored: "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
      }),
    ).toBe("not a readable armored key");
  });
  test("that another key may revoke is refused", async () => {
    const fingerprint = await gpg.generate("designates", CREATED);
    const other = await gpg.generate("designated", CREATED);
    await gpg.gpg(
      ["--no-batch", "--no-tty", "--command-fd", "0", "--edit-key", fingerprint, "addrevoker"],
      Buffer.from(`${other}\ny\nsave\n`),
    );
    expect(await checkApproverKey(await gpg.exported(fingerprint), fingerprint, NOW)).toEqual({
      ok: false,
      reason: "a key that another key may revoke",
    });
  });
});

test("the faults of a whole set name the person and the key", async () => {
  const [good, old] = [await made({}), await made({ expires: DAY })];
  const [linh, minh] = APPROVERS.persons;
  if (linh === undefined || minh === undefined) throw new TypeError("two persons are needed");
  const laid = (key: TestKey): { fingerprint: string; public_key_armored: string }[] => [
    { fingerprint: key.fingerprint, public_key_armored: key.publicKeyArmored },
  ];
  const set = {
    ...APPROVERS,
    persons: [
      { ...linh, keys: laid(good) },
      { ...minh, keys: laid(old) },
    ],
  };
  expect(await approverKeyFaults(set, NOW)).toEqual([`minh ${old.fingerprint}: an expired key`]);
});
