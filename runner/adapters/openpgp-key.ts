// Reads one pinned public key and says what is wrong with it at a given time. Shared by verifying and provisioning.
import * as openpgp from "openpgp";
import type { Config, KeyID, PublicKey, Subkey } from "openpgp";
import { SIGNING_ALGORITHMS } from "../signatures/signature-packet.ts";
import { PUBLIC_KEY_CAP } from "../model/approvers.ts";

const { hash, publicKey: algorithm } = openpgp.enums;
const MIN_RSA_BITS = 3072;

/**
 * The whole configuration, because the library takes a partial one for readers only. SHA-1 is refused for keys too, nothing that it does
 * not understand is skipped, and no notation is known, so that a critical one refuses.
 */
export const STRICT: Config = {
  ...openpgp.config,
  ignoreUnsupportedPackets: false,
  ignoreMalformedPackets: false,
  enforceGrammar: true,
  allowMissingKeyFlags: false,
  allowInsecureVerificationWithReformattedKeys: false,
  enableParsingV5Entities: false,
  maxDecompressedMessageSize: 1024 * 1024,
  minRSABits: MIN_RSA_BITS,
  knownNotations: [],
  rejectHashAlgorithms: new Set([hash.md5, hash.ripemd, hash.sha1, hash.sha224]),
  rejectMessageHashAlgorithms: new Set([hash.md5, hash.ripemd, hash.sha1, hash.sha224]),
  rejectPublicKeyAlgorithms: new Set([
    algorithm.elgamal,
    algorithm.dsa,
    algorithm.ecdsa,
    algorithm.ed25519,
    algorithm.ed448,
  ]),
};

/** A key as pinned, or why it is none. */
export type KeyReading =
  { readonly key: PublicKey; readonly fault?: never } | { readonly fault: string; readonly key?: never };

/** One armored public key, v4, with exactly this primary fingerprint. Refuses more than one key and any secret material. */
export async function readPinnedKey(armored: string, fingerprint: string): Promise<KeyReading> {
  if (armored.length > PUBLIC_KEY_CAP) return { fault: `a key of more than ${PUBLIC_KEY_CAP} characters` };
  const keys = await readAll(armored);
  const [key] = keys;
  if (key === undefined) return { fault: "not a readable armored key" };
  if (keys.length > 1) return { fault: "more than one key" };
  if (key.isPrivate()) return { fault: "secret key material" };
  if (key.keyPacket.version !== 4) return { fault: "a key that is not version 4" };
  return key.getFingerprint().toUpperCase() === fingerprint ? { key } : { fault: "a key of another fingerprint" };
}

async function readAll(armored: string): Promise<PublicKey[]> {
  try {
    return await openpgp.readKeys({ armoredKeys: armored, config: STRICT });
  } catch {
    return [];
  }
}

/** The key that signs: the one of `keyId`, or without it the one the person's program would choose. */
export type SigningKey =
  | { readonly signing: PublicKey | Subkey; readonly fault?: never }
  | { readonly fault: string; readonly signing?: never };

/**
 * The signing key at `at`, or why there is none: strength, revocation, expiry, binding, of primary and signing key.
 * A revocation packet counts by being there: the library forgets one whose own hash it refuses, or that is dated later.
 */
export async function signingKeyAt(key: PublicKey, at: Date, keyId?: KeyID): Promise<SigningKey> {
  const primaryFault = strengthFault(key);
  if (primaryFault !== undefined) return { fault: primaryFault };
  if (key.revocationSignatures.length > 0) return { fault: "a revoked key" };
  const named = keyId === undefined ? undefined : key.getKeys(keyId)[0];
  if (named !== undefined) {
    const fault = strengthFault(named);
    if (fault !== undefined) return { fault };
  }
  try {
    await key.verifyPrimaryKey(at, undefined, STRICT);
    const signing = await key.getSigningKey(keyId, at, undefined, STRICT);
    if (signing !== key && signing.revocationSignatures.length > 0) return { fault: "a revoked signing subkey" };
    return { signing };
  } catch (error) {
    return { fault: keyFault(error) };
  }
}

function strengthFault(key: PublicKey | Subkey): string | undefined {
  const { bits } = key.getAlgorithmInfo();
  if (!SIGNING_ALGORITHMS.has(key.keyPacket.algorithm)) return "a key of an algorithm that is not accepted";
  return bits !== undefined && bits < MIN_RSA_BITS ? `an RSA key of less than ${MIN_RSA_BITS} bits` : undefined;
}

// The library's messages can hold text of the key; only our own words go on.
function keyFault(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  if (/revoked/i.test(message)) return "a revoked key or identity";
  if (/expired/i.test(message)) return "an expired key";
  return "a key that cannot sign at this time";
}
