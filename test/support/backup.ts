// What backup tests share: a recipient with its private key, and a request against a test database.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as openpgp from "openpgp";
import { afterEach, beforeEach } from "vitest";
import type { ScratchServer } from "../../runner/world/backup.ts";
import { initdbScratch } from "../../runner/adapters/scratch-initdb.ts";
import { takeBackup, type BackupRequest } from "../../runner/adapters/take-backup.ts";
import { Stopped, type StopCode } from "../../runner/model/stop.ts";
import { freshDatabase, type FreshDatabase } from "./database.ts";
import { CONTEXT_TABLES, MUTATION_TABLES } from "./governed-tables.ts";

export interface Recipient {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** What a test may want otherwise about a key. */
export interface KeyChanges {
  readonly type?: "ecc" | "rsa" | "curve25519";
  readonly keyExpirationTime?: number;
  readonly date?: Date;
  readonly subkeys?: { sign: boolean }[];
}

/** A key GnuPG 2.2 can read: version 4, Ed25519 primary that signs, Curve25519 subkey that encrypts. */
export async function makeRecipient({ type = "ecc", ...changes }: KeyChanges = {}): Promise<Recipient> {
  const made = await openpgp.generateKey({
    userIDs: [{ name: "backup of a test", email: "backup@example.invalid" }],
    type,
    curve: "curve25519Legacy",
    rsaBits: 3072,
    ...changes,
    format: "armored",
  });
  const key = await openpgp.readKey({ armoredKey: made.publicKey });
  return { fingerprint: key.getFingerprint().toUpperCase(), publicKey: made.publicKey, privateKey: made.privateKey };
}

/** A runtime folder with the key file in it. */
export interface BackupPlace {
  readonly folder: string;
  readonly keyFile: string;
  remove(): Promise<void>;
}

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
export function backupRequest(
  database: FreshDatabase,
  place: BackupPlace,
  recipient: Recipient,
  changes: Partial<BackupRequest> = {},
): BackupRequest {
  return {
    access: { ...database.settings("cutter_backup"), sslmode: "disable", sslrootcert: null },
    tables: MUTATION_TABLES,
    contextTables: CONTEXT_TABLES,
    leftOutKeys: [],
    outputFile: join(place.folder, RUN_FILE),
    recipientPublicKey: place.keyFile,
    recipientFingerprint: recipient.fingerprint,
    binDir: database.cluster.binDir,
    scratch: testScratch(database.cluster.binDir),
    capSeconds: 120,
    log: () => undefined,
    ...changes,
  };
}

/** What the stop of a backup that must not succeed saw. Its folder then holds `left` and no other backup, and no message the password. */
export async function stopOf(request: BackupRequest, code: StopCode, left: readonly string[] = []): Promise<string> {
  const error: unknown = await takeBackup(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Stopped) || error.code !== code)
    throw new Error(`wanted ${code}, got ${String(error)}`, { cause: error });
  const files = await readdir(dirname(request.recipientPublicKey));
  const backups = files.filter((name) => name.includes(".sql.gpg")).sort();
  if (backups.join() !== [...left].sort().join())
    throw new Error(`${code} left ${backups.join() || "nothing"}`, { cause: error });
  const told = `${error.message} ${JSON.stringify(error.facts)}`;
  if (told.includes(request.access.password)) throw new Error(`${code} shows the password`);
  return `${error.facts.saw} ${(error.facts.details ?? []).join(" ")}`;
}

/** What a backup test has for itself. */
export interface BackupGround {
  readonly database: FreshDatabase;
  readonly place: BackupPlace;
  readonly recipient: Recipient;
}

/** Makes it before each test of the calling file, hands it over, and takes it away behind the test. */
export function forEveryTest(take: (ground: BackupGround) => void): void {
  let ground: BackupGround | undefined;
  beforeEach(async () => {
    ground = await backupGround();
    take(ground);
  });
  afterEach(async () => {
    await endGround(ground);
    ground = undefined;
  });
}

/** Makes it. */
export async function backupGround(): Promise<BackupGround> {
  const recipient = await makeRecipient();
  const database = await freshDatabase({ packages: ["read-rights"], application: true });
  return { database, place: await backupPlace(recipient.publicKey), recipient };
}

/** Takes it away, where it was made at all. */
export async function endGround(ground: BackupGround | undefined): Promise<void> {
  await ground?.database.drop();
  await ground?.place.remove();
}
