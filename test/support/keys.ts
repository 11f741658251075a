// Throw-away approver keys of every kind the verifiers must accept or refuse.
import * as openpgp from "openpgp";
import type { Config, PrivateKey } from "openpgp";
import type { Ed25519Secret } from "./signature-packets.ts";

/** A made key. Times are the caller's, so that tests have no clock. */
export interface TestKey {
  readonly privateKey: PrivateKey;
  readonly fingerprint: string;
  readonly publicKeyArmored: string;
}

export interface KeyWish {
  /** ed25519: old form (22); ed25519-new: algorithm 27; v6: version 6. */
  readonly kind?: "ed25519" | "ed25519-new" | "v6" | "rsa3072" | "rsa2048" | "p256";
  readonly created: Date;
  /** Seconds after creation. */
  readonly expires?: number;
  /** A signing subkey, made at `created`; `expires` in seconds. */
  readonly signingSubkey?: { readonly created: Date; readonly expires?: number };
}

const LENIENT: Partial<Config> = { minRSABits: 1024 };

const KINDS = {
  ed25519: { type: "ecc", curve: "ed25519Legacy" },
  "ed25519-new": { type: "curve25519" },
  v6: { type: "curve25519" },
  rsa3072: { type: "rsa", rsaBits: 3072 },
  rsa2048: { type: "rsa", rsaBits: 2048 },
  p256: { type: "ecc", curve: "nistP256" },
} as const;

/** Makes a key; RSA takes about a second, the others milliseconds. */
export async function makeKey({ kind = "ed25519", created, expires, signingSubkey }: KeyWish): Promise<TestKey> {
  const { privateKey } = await openpgp.generateKey({
    ...KINDS[kind],
    userIDs: [{ name: "Throw Away", email: "nobody@example.org" }],
    date: created,
    format: "object",
    keyExpirationTime: expires ?? 0,
    subkeys: [],
    config: { v6Keys: kind === "v6" },
  });
  if (signingSubkey === undefined) return asTestKey(privateKey);
  const { created: date, expires: keyExpirationTime = 0 } = signingSubkey;
  return asTestKey(
    await privateKey.addSubkey({ type: "ecc", curve: "ed25519Legacy", sign: true, date, keyExpirationTime }),
  );
}

/** The key as it is laid down for verifying. */
export function asTestKey(privateKey: PrivateKey): TestKey {
  return {
    privateKey,
    fingerprint: privateKey.getFingerprint().toUpperCase(),
    publicKeyArmored: privateKey.toPublic().armor(),
  };
}

/** Signs as an honest program would, at a time of the caller's choice. */
export async function signDetached(key: TestKey, bytes: Uint8Array, at: Date): Promise<Uint8Array> {
  const message = await openpgp.createMessage({ binary: Uint8Array.from(bytes) });
  const signature = await openpgp.sign({
    message,
    signingKeys: key.privateKey,
    detached: true,
    format: "binary",
    date: at,
    config: LENIENT,
  });
  if (!(signature instanceof Uint8Array)) throw new TypeError("a stream where bytes were asked for");
  return signature;
}

/** flag: 0 no reason, 1 superseded, 2 compromised, 3 retired (RFC 4880 5.2.3.23). */
export async function revoked(
  key: TestKey,
  flag: 0 | 1 | 2 | 3,
  at: Date,
  config: Partial<Config> = {},
): Promise<TestKey> {
  const options = { key: key.privateKey, reasonForRevocation: { flag }, date: at, format: "object", config } as const;
  return asTestKey((await openpgp.revokeKey(options)).privateKey);
}

/** The same key with its (only) subkey revoked. */
export async function subkeyRevoked(key: TestKey, flag: 0 | 1 | 2 | 3, at: Date): Promise<TestKey> {
  const [subkey] = key.privateKey.subkeys;
  const primary = key.privateKey.keyPacket;
  if (subkey === undefined || !(primary instanceof openpgp.SecretKeyPacket))
    throw new TypeError("a key without subkey");
  const copy = await openpgp.readPrivateKey({ armoredKey: key.privateKey.armor() });
  copy.subkeys = [await subkey.revoke(primary, { flag }, at)];
  return asTestKey(copy);
}

/** Octets of an Ed25519 key for building packets by hand; of its signing subkey when `subkey`. */
export function secretOf(key: TestKey, subkey = false): Ed25519Secret {
  const holder = subkey ? key.privateKey.subkeys[0] : key.privateKey;
  if (holder === undefined) throw new TypeError("a key without subkey");
  const { keyPacket } = holder;
  if (!("privateParams" in keyPacket)) throw new TypeError("a public key");
  const { seed } = keyPacket.privateParams as { seed: Uint8Array };
  const { Q } = keyPacket.publicParams as { Q: Uint8Array };
  const fingerprint = Buffer.from(holder.getFingerprint(), "hex");
  return { seed, point: Q.subarray(1), fingerprint, keyId: fingerprint.subarray(12) };
}
