// What backup tests share: a recipient with its private key, the tables of the cut, and a request against a test database.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as openpgp from "openpgp";
import type { ScratchServer } from "../../runner/model/backup.ts";
import { initdbScratch } from "../../runner/adapters/scratch-initdb.ts";
import type { BackupRequest } from "../../runner/adapters/take-backup.ts";
import type { FreshDatabase } from "./database.ts";

/** The mutation surface: three tables of public, nine of the ledger. */
export const MUTATION_TABLES = [
  "public.information_unit", "public.unit_version", "public.iu_lifecycle_log",
  ...["decision_backlog_entry", "decision_backlog_history", "manifest_envelope", "manifest_unit_block", "review_decision",
    "dot_pair_signature", "cut_change_set", "cut_change_set_affected_row", "verify_result"].map((name) => `cutter_governance.${name}`),
];
/** Tables a restored copy needs to be cut again. */
export const CONTEXT_TABLES = [
  "public.birth_registry", "public.dot_config", "public.iu_lifecycle_vocab",
  "cutter_governance.source_document_registry", "cutter_governance.source_document_version_registry",
];

export interface Recipient { readonly fingerprint: string; readonly publicKey: string; readonly privateKey: string }

/** A key GnuPG 2.2 can read: version 4, Ed25519 primary that signs, Curve25519 subkey that encrypts. */
export async function makeRecipient(options: Partial<openpgp.GenerateKeyOptions> = {}): Promise<Recipient> {
  const made = await openpgp.generateKey({ userIDs: [{ name: "backup of a test", email: "backup@example.invalid" }], type: "ecc", curve: "curve25519Legacy", ...options, format: "object" });
  return { fingerprint: made.publicKey.getFingerprint().toUpperCase(), publicKey: made.publicKey.armor(), privateKey: made.privateKey.armor() };
}

/** A runtime folder with the key file in it. */
export interface BackupPlace { readonly folder: string; readonly keyFile: string; remove(): Promise<void> }

export async function backupPlace(publicKey: string): Promise<BackupPlace> {
  const folder = await mkdtemp("/tmp/bk-");
  const keyFile = join(folder, "recipient.asc");
  await writeFile(keyFile, publicKey);
  return { folder, keyFile, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The scratch adapter of these tests; the runner may be root or not. */
export function testScratch(binDir: string, root = "/tmp"): ScratchServer {
  return initdbScratch({ binDir, root, unixUser: process.getuid?.() === 0 ? "postgres" : null });
}

export const RUN_FILE = "ictr-20261120T120000Z-0a1b2c3d.sql.gpg";

/** A request for the whole cut surface as cutter_backup. */
export function backupRequest(database: FreshDatabase, place: BackupPlace, recipient: Recipient, changes: Partial<BackupRequest> = {}): BackupRequest {
  return {
    access: { ...database.settings("cutter_backup"), sslmode: "disable" }, tables: MUTATION_TABLES, contextTables: CONTEXT_TABLES,
    outputFile: join(place.folder, RUN_FILE), recipientPublicKey: place.keyFile, recipientFingerprint: recipient.fingerprint,
    binDir: database.cluster.binDir, scratch: testScratch(database.cluster.binDir), capSeconds: 120, log: () => undefined, ...changes,
  };
}

/** The clear SQL of a backup, by the private key as the operator would read it. */
export async function decryptWithPrivateKey(file: string, recipient: Recipient): Promise<string> {
  const { data } = await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: new Uint8Array(await readFile(file)) }),
    decryptionKeys: await openpgp.readPrivateKey({ armoredKey: recipient.privateKey }),
  });
  return data;
}
