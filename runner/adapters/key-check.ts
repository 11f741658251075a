// What provisioning lays down as an approver's key: only what both verifiers will be able to judge later.
import { SignaturePacket } from "openpgp";
import type { ApproverSet } from "../model/approvers.ts";
import { readPinnedKey, signingKeyAt } from "./openpgp-key.ts";

/** ok: can sign now; else why it is refused, in words, without text of the key. */
export type KeyCheck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Accepts one public v4 key of exactly this fingerprint, RSA of at least 3072 bits or Ed25519 in its old form, neither expired nor revoked
 * nor to be revoked by somebody else, without secret material, able to sign at `now`.
 */
export async function checkApproverKey(armored: string, fingerprint: string, now: Date): Promise<KeyCheck> {
  const pinned = await readPinnedKey(armored, fingerprint);
  if (pinned.key === undefined) return { ok: false, reason: pinned.fault };
  if (
    pinned.key.toPacketList().some((packet) => packet instanceof SignaturePacket && packet.revocationKeyClass !== null)
  )
    return { ok: false, reason: "a key that another key may revoke" };
  const current = await signingKeyAt(pinned.key, now);
  return current.signing === undefined ? { ok: false, reason: current.fault } : { ok: true };
}

/** Faults of all keys of a set, `<person id> <fingerprint>: <reason>`; empty when every key is accepted. */
export async function approverKeyFaults(set: ApproverSet, now: Date): Promise<string[]> {
  const faults: string[] = [];
  for (const person of set.persons) {
    for (const key of person.keys) {
      const check = await checkApproverKey(key.public_key_armored, key.fingerprint, now);
      if (!check.ok) faults.push(`${person.id} ${key.fingerprint}: ${check.reason}`);
    }
  }
  return faults;
}
