// A backup file changed by somebody: while it is made, and after it was accepted.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as openpgp from "openpgp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inspectEnvelope, newSessionKey, openSealed, sealToFile } from "../../runner/adapters/backup-envelope.ts";
import { recipientOf } from "../../runner/adapters/backup-key.ts";
import { takeBackup, verifyBackupFile, type BackupRequest } from "../../runner/adapters/take-backup.ts";
import {
  backupPlace,
  backupRequest,
  makeRecipient,
  stopOf,
  type BackupPlace,
  type Recipient,
} from "../support/backup.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;

beforeEach(async () => {
  recipient = await makeRecipient();
  database = await freshDatabase({ packages: ["read-rights"] });
  place = await backupPlace(recipient.publicKey);
});
afterEach(async () => {
  await database.drop();
  await place.remove();
});

/** Changes the file under its temporary name, after it was written and before it is looked at. */
function tampering(change: (bytes: Buffer) => Buffer): Partial<BackupRequest> {
  return {
    log: (line) => {
      if (!line.startsWith("sealed ")) return;
      const part = join(place.folder, readdirSync(place.folder).find((name) => name.endsWith(".part")) ?? "");
      writeFileSync(part, change(readFileSync(part)));
    },
  };
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};

test.each([
  ["the recipient packet", 40],
  ["the first byte", 0],
  ["the body", 5_000],
])("one bit changed on disk in %s stops the backup, although the session key would open it", async (_where, at) => {
  await stopOf(
    backupRequest(
      database,
      place,
      recipient,
      tampering((bytes) => flipped(bytes, at)),
    ),
    "STOP_BACKUP_FAILED",
  );
});

test("a second recipient added on disk stops the backup", async () => {
  const stranger = await makeRecipient();
  const extra = await openpgp.encryptSessionKey({
    ...newSessionKey(),
    encryptionKeys: await openpgp.readKey({ armoredKey: stranger.publicKey }),
    format: "binary",
  });
  expect(
    await stopOf(
      backupRequest(
        database,
        place,
        recipient,
        tampering((bytes) => Buffer.concat([extra, bytes])),
      ),
      "STOP_BACKUP_FAILED",
    ),
  ).toMatch(/packet 1 v3 for .*packet 1 v3 for/);
});

test("a recipient packet for a stranger that names our key stops the backup", async () => {
  const stranger = await makeRecipient();
  const ours = await recipientOf(recipient.publicKey, recipient.fingerprint, new Date());
  const theirs = Buffer.from(
    await openpgp.encryptSessionKey({
      ...newSessionKey(),
      encryptionKeys: await openpgp.readKey({ armoredKey: stranger.publicKey }),
      format: "binary",
    }),
  );
  // Modern header of two bytes, version, then eight bytes of key id.
  Buffer.from(ours.keyId, "hex").copy(theirs, 3);
  const file = join(place.folder, "forged");
  await stopOf(
    backupRequest(
      database,
      place,
      recipient,
      tampering((bytes) => {
        const forged = Buffer.concat([theirs, bytes.subarray(2 + bytes.readUInt8(1))]);
        writeFileSync(file, forged);
        return forged;
      }),
    ),
    "STOP_BACKUP_FAILED",
  );
  // The envelope alone looks right: only the comparison with what was written notices it.
  await expect(inspectEnvelope(file, ours.keyId)).resolves.toBeDefined();
});

test("every single changed byte of a stored backup is noticed later", async () => {
  const request = backupRequest(database, place, recipient);
  const receipt = await takeBackup(request);
  const bytes = await readFile(request.outputFile);
  const header = Array.from({ length: 110 }, (_value, at) => at);
  for (const at of [...header, Math.floor(bytes.length / 2), bytes.length - 21, bytes.length - 1]) {
    writeFileSync(request.outputFile, flipped(bytes, at));
    await expect(verifyBackupFile(request.outputFile, receipt), `byte ${at}`).rejects.toMatchObject({
      code: "STOP_DRIFT",
    });
  }
  for (const changed of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0xd5, 0])]), Buffer.alloc(0)]) {
    writeFileSync(request.outputFile, changed);
    await expect(verifyBackupFile(request.outputFile, receipt)).rejects.toMatchObject({ code: "STOP_DRIFT" });
  }
  await expect(verifyBackupFile(join(place.folder, "absent"), receipt)).rejects.toMatchObject({
    code: "STOP_COULD_NOT_LOOK",
  });
});

test("an envelope opened with its session key ends with an error when its last byte was changed", async () => {
  const file = join(place.folder, "small.gpg");
  const sessionKey = newSessionKey();
  const ours = await recipientOf(recipient.publicKey, recipient.fingerprint, new Date());
  await sealToFile(
    (async function* () {
      yield Buffer.alloc(300_000, 98);
    })(),
    ours,
    sessionKey,
    file,
  );
  await expect(inspectEnvelope(file, ours.keyId)).resolves.toBeDefined();
  expect(Buffer.concat(await all(await openSealed(file, sessionKey)))).toEqual(Buffer.alloc(300_000, 98));
  const bytes = await readFile(file);
  writeFileSync(file, flipped(bytes, bytes.length - 1));
  await expect((async () => all(await openSealed(file, sessionKey)))()).rejects.toThrow();
});

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}
