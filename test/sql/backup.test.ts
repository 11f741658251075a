// A backup of the whole cut surface: what the receipt says, what the file holds, and what makes the proof fail.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { backupPlace, backupRequest, CONTEXT_TABLES, makeRecipient, MUTATION_TABLES, RUN_FILE, type BackupPlace, type Recipient } from "../support/backup.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;

beforeEach(async () => {
  recipient = await makeRecipient();
  [database, place] = await Promise.all([freshDatabase({ packages: ["read-rights"] }), backupPlace(recipient.publicKey)]);
});
afterEach(async () => {
  await Promise.all([database.drop(), place.remove()]);
});

test("the receipt of a backup counts every row of the source and of the restored copy", async () => {
  const receipt = await takeBackup(backupRequest(database, place, recipient));
  expect(Object.keys(receipt.content_digests).sort()).toEqual([...MUTATION_TABLES, ...CONTEXT_TABLES].sort());
  expect(receipt.content_digests["public.information_unit"]?.rows).toBe(158);
  expect(receipt.proof.tables).toEqual(receipt.content_digests);
  expect((await stat(join(place.folder, RUN_FILE))).size).toBe(receipt.size_bytes);
  expect((await readdir(place.folder)).sort()).toEqual([RUN_FILE, "recipient.asc"].sort());
});
