// OpenPGP keys of the sandbox: three approvers and the backup's recipient. Worthless elsewhere; a real stack refuses them by their user id.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as openpgp from "openpgp";
import { SANDBOX_MAIL } from "../../infra/sources.ts";
import { canonicalText, sha256 } from "../../runner/model/canonical.ts";
import type { Gate } from "../../runner/model/run.ts";
import type { Place } from "./place.ts";
import { privateFolder, writeWhenChanged } from "./write-file.ts";

/** An approver of the sandbox: secret key (armored, 0600) and the profile that `npm run approve` reads. */
export interface SandboxPerson {
  readonly id: string;
  readonly name: string;
  readonly gates: readonly Gate[];
  readonly fingerprint: string;
  readonly profileFile: string;
  readonly keyFile: string;
}

// Each may do more than one thing, so that it is the rule of distinct persons that refuses, not a missing right.
const EVERYONE: readonly Gate[] = ["UNHALT", "SG_3_failure_escalation", "REVOCATION"];
const PEOPLE: readonly { readonly id: string; readonly name: string; readonly gates: readonly Gate[] }[] = [
  { id: "linh", name: "Linh (sandbox)", gates: ["SG_1_cut_authz", "EXECUTION", ...EVERYONE] },
  { id: "minh", name: "Minh (sandbox)", gates: ["EXECUTION", "SG_2_lifecycle_authz", ...EVERYONE] },
  { id: "hoa", name: "Hoa (sandbox)", gates: ["SG_1_cut_authz", "SG_2_lifecycle_authz", ...EVERYONE] },
];

/** Makes what is missing; returns the people and sha256 of approvers.json (approvers_sha). */
export async function ensurePeople(
  place: Place,
  host: string,
): Promise<{ persons: readonly SandboxPerson[]; approversSha: string }> {
  const persons = await Promise.all(
    PEOPLE.map(async (person) => {
      const folder = join(place.approversFolder, person.id);
      const keyFile = join(folder, "key.asc");
      const key = await ensureKey(folder, keyFile, { name: person.name, mailbox: person.id, encrypts: false });
      return {
        ...person,
        keyFile,
        profileFile: join(folder, "profile.json"),
        fingerprint: key.fingerprint,
        publicKey: key.publicKey,
      };
    }),
  );
  const approvers = canonicalText({
    version: "1",
    threshold: "2",
    persons: persons.map(({ id, name, gates, fingerprint, publicKey }) => ({
      id,
      name,
      gates,
      keys: [{ fingerprint, public_key_armored: publicKey }],
    })),
  });
  privateFolder(place.operatorFolder);
  writeWhenChanged(place.approversSource, approvers);
  const approversSha = sha256(approvers);
  for (const person of persons) {
    const profile = {
      person: person.id,
      approvers_file: place.approversSource,
      approvers_sha: approversSha,
      host,
      sandbox: true,
      memory_file: join(place.approversFolder, person.id, "memory.json"),
    };
    writeWhenChanged(person.profileFile, `${JSON.stringify(profile, null, 2)}\n`);
  }
  return { persons, approversSha };
}

/**
 * The backup's recipient: the public key is what provisioning lays on the host, the private one stays in the operator's
 * folder. Returns the full fingerprint.
 */
export async function ensureBackupRecipient(place: Place): Promise<{ fingerprint: string; privateKeyFile: string }> {
  const privateKeyFile = join(place.operatorFolder, "backup-private-key.asc");
  const key = await ensureKey(place.operatorFolder, privateKeyFile, {
    name: "cutter backup (sandbox)",
    mailbox: "backup",
    encrypts: true,
  });
  writeWhenChanged(place.backupKeySource, key.publicKey);
  return { fingerprint: key.fingerprint, privateKeyFile };
}

// EdDSA 22 and ECDH 18, version 4: what both verifiers and every GnuPG since 2.2 read.
async function ensureKey(
  folder: string,
  file: string,
  { name, mailbox, encrypts }: { readonly name: string; readonly mailbox: string; readonly encrypts: boolean },
): Promise<{ fingerprint: string; publicKey: string }> {
  privateFolder(folder);
  if (!existsSync(file)) {
    const made = await openpgp.generateKey({
      type: "ecc",
      curve: "ed25519Legacy",
      format: "armored",
      userIDs: [{ name, email: `${mailbox}@${SANDBOX_MAIL}` }],
      // GnuPG takes a signature made in the same second as its key for one made before it on a clock that is a little behind.
      date: new Date(Date.now() - 60_000),
      subkeys: encrypts ? [{}] : [],
    });
    writeWhenChanged(file, made.privateKey);
  }
  const key = await openpgp.readPrivateKey({ armoredKey: readFileSync(file, "utf8") });
  return { fingerprint: key.getFingerprint().toUpperCase(), publicKey: key.toPublic().armor() };
}
