// Whether the pinned public key can encrypt a backup now, and with which subkey. The only judge of recipient keys.
import { messageOf } from "../model/error-text.ts";
import * as openpgp from "openpgp";
import { FINGERPRINT } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { readPlain } from "./plain-file.ts";

/** A proven recipient: the one encryption subkey every backup goes to. */
export interface BackupRecipient {
  /** Full fingerprint of the primary key, as pinned. */
  readonly fingerprint: string;
  /** Full fingerprint of the encryption subkey. */
  readonly subkey: string;
  /** 16 upper-case hex digits, as they stand in the recipient packet. */
  readonly keyId: string;
  readonly key: openpgp.PublicKey;
  readonly encryptionKeyId: openpgp.KeyID;
}

/** Reads the armored key file. STOP_BACKUP_GPG_PUBKEY_MISSING when it is absent or unfit; the reason is named, never content. */
export async function loadRecipient(file: string, fingerprint: string, now: Date): Promise<BackupRecipient> {
  let armored: string;
  try {
    armored = (await readPlain(file)).toString("utf8");
  } catch (error) {
    throw unfit("the file of the backup public key cannot be read", error);
  }
  return recipientOf(armored, fingerprint, now);
}

/**
 * Judges one armored key at database time `now`: exactly one public v4 key with the pinned fingerprint, neither revoked nor expired,
 * with an encryption subkey of an algorithm that GnuPG 2.2 reads. STOP_BACKUP_GPG_PUBKEY_MISSING otherwise.
 */
export async function recipientOf(armored: string, fingerprint: string, now: Date): Promise<BackupRecipient> {
  if (!FINGERPRINT.test(fingerprint)) throw unfit("the pinned fingerprint is not 40 upper-case hex digits");
  const key = await onlyKey(armored);
  const saw = key.getFingerprint().toUpperCase();
  if (saw !== fingerprint) throw unfit(`the key has fingerprint ${saw}, not ${fingerprint}`);
  if (key.keyPacket.version !== 4) throw unfit(`the key is of version ${key.keyPacket.version}, GnuPG 2.2 reads 4`);
  try {
    await key.verifyPrimaryKey(now);
  } catch (error) {
    throw unfit(`the key is not valid at ${now.toISOString()}: ${messageOf(error)}`, error);
  }
  const subkey = await encryptionSubkey(key, now);
  return {
    fingerprint,
    subkey: subkey.getFingerprint().toUpperCase(),
    keyId: subkey.getKeyID().toHex().toUpperCase(),
    key,
    encryptionKeyId: subkey.getKeyID(),
  };
}

async function onlyKey(armored: string): Promise<openpgp.PublicKey> {
  if (armored.trim() === "") throw unfit("the backup public key is empty");
  let keys: openpgp.Key[];
  try {
    keys = await openpgp.readKeys({ armoredKeys: armored });
  } catch (error) {
    throw unfit("the backup public key is not an armored OpenPGP key", error);
  }
  const [key] = keys;
  if (key === undefined || keys.length !== 1)
    throw unfit(`${keys.length} keys in the file of the backup public key, exactly one may be there`);
  // A host that holds the private key could read its own backups, and so could whoever takes the host.
  if (key.isPrivate()) throw unfit("the file holds a private key; it must never lie on the host");
  return key;
}

async function encryptionSubkey(key: openpgp.PublicKey, now: Date): Promise<openpgp.Subkey> {
  let chosen: openpgp.Key | openpgp.Subkey;
  try {
    chosen = await key.getEncryptionKey(undefined, now);
  } catch (error) {
    throw unfit(`the key has no valid encryption subkey at ${now.toISOString()}: ${messageOf(error)}`, error);
  }
  const id = chosen.getKeyID().toHex();
  const subkey = key.getSubkeys().find((candidate) => candidate.getKeyID().toHex() === id);
  if (!subkey) throw unfit("the key encrypts with its primary key; an encryption subkey is needed");
  const algorithm = subkey.getAlgorithmInfo().algorithm;
  if (!["rsaEncryptSign", "rsaEncrypt", "elgamal", "ecdh"].includes(algorithm))
    throw unfit(`the encryption subkey is ${algorithm}, which GnuPG 2.2 cannot read`);
  return subkey;
}

function unfit(saw: string, cause?: unknown): Stopped {
  return new Stopped(
    "STOP_BACKUP_GPG_PUBKEY_MISSING",
    { saw, wanted: "one valid public key that can encrypt, by its full fingerprint" },
    cause,
  );
}
