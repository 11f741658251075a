// The script with which `up` records approver set version 1 as the database's administrator, and what drift's statement then answers.
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderRecordedSet } from "../../infra/render/recorded-set.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { passwordFile } from "../support/lay-packages.ts";

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(async () => {
  await db.drop();
});

/** Runs the script for a set of these bytes. */
async function record(text: string, version = "1", name = db.name) {
  const { host, port, binDir } = db.cluster;
  const passFile = passwordFile(db.cluster);
  const place = { psql: join(binDir, "psql"), host, port, name, user: "workflow_admin", passFile };
  const bytes = Buffer.from(text);
  const input = renderRecordedSet({ version, sha: sha256(bytes), bytes }, place);
  const { exitCode, stdout, stderr } = await execa("sh", ["-s"], { input, reject: false });
  return { exitCode, said: `${stdout}${stderr}` };
}
const rows = () =>
  db.rows<{ version: number; text: string }>(
    "SELECT version, convert_from(bytes, 'UTF8') AS text FROM cutter_runtime.approver_set ORDER BY 1",
  );

test("version 1 is recorded once; another set is refused in words and nothing is replaced", async () => {
  expect(await record("one")).toMatchObject({ exitCode: 0, said: expect.stringMatching(/laid and verified/) });
  expect(await record("one")).toMatchObject({ exitCode: 0, said: expect.stringMatching(/stands as declared/) });
  expect(await record("another")).toMatchObject({
    exitCode: 1,
    said: expect.stringMatching(/the database records another approver set: version 1 sha256:/),
  });
  expect(await rows()).toEqual([{ version: 1, text: "one" }]);
});

test("a later version is never recorded by up, and a database without the package has nothing to record into", async () => {
  const bare = await freshDatabase({ packages: [] });
  try {
    expect(await record("one", "1", bare.name)).toMatchObject({
      exitCode: 0,
      said: expect.stringMatching(/no table for approver sets yet/),
    });
  } finally {
    await bare.drop();
  }
  expect((await record("two", "2")).exitCode).toBe(1);
  expect(await rows()).toHaveLength(1);
});
