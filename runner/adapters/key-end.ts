// When a public key can no longer be used for what it is pinned for. Judges nothing: verifying and encrypting have their own judges.
import { enums, readKey, type Key } from "openpgp";

/**
 * The end of the primary key, or earlier when every subkey for this use has ended by then and the primary key may not do it itself. Null
 * without an end, and for a key that is revoked. Throws when the text is no key of this fingerprint.
 */
export async function keyEnd(armored: string, fingerprint: string, use: "sign" | "encrypt"): Promise<Date | null> {
  const key = await readKey({ armoredKey: armored });
  if (key.getFingerprint().toUpperCase() !== fingerprint) throw new Error("a key of another fingerprint");
  const flag = use === "sign" ? enums.keyFlags.signData : enums.keyFlags.encryptCommunication;
  const primary = millisOf(await key.getExpirationTime());
  const ends = await Promise.all(
    key.subkeys
      .filter(({ bindingSignatures }) => bindingSignatures.some((one) => may(one.keyFlags, flag)))
      .map(async (subkey) => millisOf(await subkey.getExpirationTime())),
  );
  const end = primaryMay(key, flag) || ends.length === 0 ? primary : Math.min(primary, Math.max(...ends));
  return Number.isFinite(end) ? new Date(end) : null;
}

const may = (flags: Uint8Array | null, flag: number): boolean => ((flags?.[0] ?? 0) & flag) !== 0;

const primaryMay = (key: Key, flag: number): boolean =>
  key.users.some(({ selfCertifications }) => selfCertifications.some((one) => may(one.keyFlags, flag)));

// The library says Infinity for a key without an end and null for one that counts for nothing.
const millisOf = (end: Date | number | null): number =>
  end instanceof Date ? end.getTime() : Number.POSITIVE_INFINITY;
