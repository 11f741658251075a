// A backup counts only when its restore gives back every row, character and right; nobody is told that a damaged one is proven.
import { expect, test } from "vitest";
import { backupRequest, forEveryTest, RUN_FILE, stopOf, type BackupPlace, type Recipient } from "../support/backup.ts";
import { brokenPsql } from "../support/broken-psql.ts";
import type { FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

test("a restore that loses a row fails the proof, and the file stays only as unproven", async () => {
  const [row] = await database.rows<{ key: string }>("SELECT key FROM public.dot_config ORDER BY key LIMIT 1");
  const key = row?.key ?? "";
  const saw = await stopOf(
    backupRequest(database, place, recipient, await brokenPsql(database, place, `/^${key.replaceAll(".", "\\.")}\t/d`)),
    "STOP_PROOF_FAILED",
    [`${RUN_FILE}.unproven`],
  );
  expect(saw).toMatch(/public\.dot_config: \d+ rows restored of \d+/);
});

test("a restore that changes a character fails the proof by content", async () => {
  const request = backupRequest(
    database,
    place,
    recipient,
    await brokenPsql(database, place, "s/app\\.canonical_writer/app.canonical_writes/"),
  );
  expect(await stopOf(request, "STOP_PROOF_FAILED", [`${RUN_FILE}.unproven`])).toContain("public.dot_config");
});

test("a restore that loses a right fails the proof by object", async () => {
  const request = backupRequest(
    database,
    place,
    recipient,
    await brokenPsql(database, place, "/^GRANT SELECT ON TABLE public.information_unit TO cutter_exec/d"),
  );
  expect(await stopOf(request, "STOP_PROOF_FAILED", [`${RUN_FILE}.unproven`])).toContain(
    "relation public.information_unit: other owner or rights",
  );
});
