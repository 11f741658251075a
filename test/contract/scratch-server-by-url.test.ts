// The url adapter under the contract, against a real server that somebody else runs, and what only it promises.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { urlScratch } from "../../runner/adapters/scratch-url.ts";
import type { RunningScratch, ScratchServer } from "../../runner/world/backup.ts";
import { backupPlace, backupRequest, makeRecipient, testScratch } from "../support/backup.ts";
import { findPostgresPrograms } from "../support/cluster.ts";
import { freshDatabase } from "../support/database.ts";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { scratchServerContract } from "./scratch-server.contract.ts";

const binDir = findPostgresPrograms();
let folder: string;
let urlFile: string;
let given: RunningScratch;
beforeAll(async () => {
  folder = await mkdtemp("/tmp/su-");
  urlFile = join(folder, "url");
  given = await testScratch(binDir).start(0);
  await writeFile(urlFile, urlOf(given));
});
afterAll(async () => {
  await given.stop();
  await rm(folder, { recursive: true, force: true });
});

const urlOf = ({ socketDir, superuser, password }: RunningScratch, change = ""): string =>
  `postgresql://${superuser}:${encodeURIComponent(password)}@${encodeURIComponent(socketDir)}:5432/postgres${change}\n`;
const adapter = (target = "7301234567890123456", file = urlFile): ScratchServer =>
  urlScratch({ binDir, urlFile: file, target });

async function sql<T extends pg.QueryResultRow>(text: string, server = given): Promise<T[]> {
  const client = new pg.Client({
    host: server.socketDir,
    port: server.port,
    user: server.superuser,
    password: server.password,
    database: "postgres",
  });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}
const everything = () =>
  sql(
    "SELECT 'role' AS what, rolname AS name FROM pg_roles UNION ALL SELECT 'database', datname FROM pg_database ORDER BY 1, 2",
  );

scratchServerContract("url", () => adapter());

const undo: string[] = [];
afterEach(async () => {
  for (const text of undo.splice(0)) await sql(text);
});

test("the database of this host is refused before anything is written, whatever user the url names", async () => {
  const [{ identifier } = { identifier: "" }] = await sql<{ identifier: string }>(
    "SELECT system_identifier::text AS identifier FROM pg_control_system()",
  );
  const before = await everything();
  await expect(adapter(identifier).start(0)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: expect.stringContaining("database of this host") as string },
  });
  expect(await everything()).toEqual(before);
});

test.each([
  ["a table", "CREATE TABLE public.somebodys (n int)", "DROP TABLE public.somebodys", "public.somebodys"],
  ["a database", "CREATE DATABASE somebodys", "DROP DATABASE somebodys", "somebodys"],
  ["a role", "CREATE ROLE somebody", "DROP ROLE somebody", "somebody"],
])("a server with %s of somebody in it is refused by name and left as it is", async (_, make, away, name) => {
  await sql(make);
  undo.push(away);
  const before = await everything();
  await expect(adapter().start(0)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: expect.stringContaining(name) as string },
  });
  expect(await everything()).toEqual(before);
});

test("a user without superuser rights, a second restore at once and an unreadable url are refused without a word of the url", async () => {
  const first = await adapter().start(0);
  await expect(adapter().start(0)).rejects.toMatchObject({
    facts: { saw: expect.stringContaining("somebody else restores") as string },
  });
  await first.stop();
  await sql("CREATE ROLE weak LOGIN PASSWORD 'weak-secret'");
  undo.push("DROP ROLE weak");
  const file = join(folder, "other");
  await writeFile(file, urlOf({ ...given, superuser: "weak", password: "weak-secret" }));
  await expect(adapter(undefined, file).start(0)).rejects.toMatchObject({
    facts: { saw: expect.stringContaining("no superuser") as string },
  });
  for (const text of [
    "mysql://a:planted-secret@x/y",
    "postgresql://a:planted-secret@db.example/postgres?sslmode=disable",
    "postgresql://a:planted-secret@localhost/postgres?options=-crole%3Dx",
    "postgresql://localhost/postgres",
    "planted-secret",
  ]) {
    await writeFile(file, text);
    const saw = await adapter(undefined, file)
      .start(0)
      .then(
        () => "accepted",
        (error: unknown) => (error instanceof Error ? JSON.stringify({ error, text: error.message }) : String(error)),
      );
    expect(saw).toContain("holds no url");
    expect(saw).not.toContain("planted-secret");
  }
});

test("what a killed runner left in the server is swept by the next start", async () => {
  const before = await everything();
  await sql("CREATE ROLE cutter_scratch_claim");
  await sql("CREATE ROLE cutter_scratch_owner");
  await sql("CREATE ROLE directus");
  await sql("CREATE DATABASE restored OWNER cutter_scratch_owner");
  const scratch = await adapter().start(0);
  await scratch.stop();
  expect(await everything()).toEqual(before);
});

test("a whole backup is proven in a handed-over server, which is then as empty as before", async () => {
  const database = await freshDatabase({ packages: ["read-rights"] });
  const recipient = await makeRecipient();
  const place = await backupPlace(recipient.publicKey);
  const before = await everything();
  try {
    const receipt = await takeBackup(backupRequest(database, place, recipient, { scratch: adapter() }));
    expect(receipt.proof).toMatchObject({ adapter: "url", tables: receipt.content_digests });
    expect(await everything()).toEqual(before);
  } finally {
    await place.remove();
    await database.drop();
  }
});
