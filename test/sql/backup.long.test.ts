// What a dump carries and what it leaves out, on databases other than the plain one.
import { expect, test } from "vitest";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { backupRequest, forEveryTest, type BackupPlace, type Recipient } from "../support/backup.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

test("two backups of equal rows are other files with equal content digests, and one changed row changes them", async () => {
  const first = await takeBackup(backupRequest(database, place, recipient));
  const second = await takeBackup(backupRequest(database, place, recipient));
  expect(second.content_digests_sha).toBe(first.content_digests_sha);
  expect(second.file_sha).not.toBe(first.file_sha);
  await database.rows(
    "UPDATE public.dot_config SET value = value || ' ' WHERE key = (SELECT min(key) FROM public.dot_config)",
  );
  const third = await takeBackup(backupRequest(database, place, recipient));
  const changed = Object.keys(third.content_digests).filter(
    (table) => third.content_digests[table]?.sha !== first.content_digests[table]?.sha,
  );
  expect(changed).toEqual(["public.dot_config"]);
});

test("tables of other people with any name stay out of the dump, although cutter_backup may not read them", async () => {
  await database.rows(
    `CREATE TABLE public."odd "" name.*|x?" (secret text); CREATE TABLE cutter_governance."Another Table" (secret text); CREATE VIEW public.a_view AS SELECT 1 AS one`,
  );
  await expect(takeBackup(backupRequest(database, place, recipient))).resolves.toBeDefined();
});

test("a database with every package of ours restores without an error", async () => {
  const complete = await freshDatabase();
  try {
    const receipt = await takeBackup(backupRequest(complete, place, recipient));
    expect(receipt.proof.tables).toEqual(receipt.content_digests);
  } finally {
    await complete.drop();
  }
});

test("a trigger whose function lies in a third schema is dumped with that schema", async () => {
  await database.rows(`CREATE SCHEMA guard AUTHORIZATION directus; CREATE FUNCTION guard.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TABLE guard.unreadable (x int); CREATE TRIGGER looked BEFORE INSERT ON public.information_unit FOR EACH ROW EXECUTE FUNCTION guard.look();
    ALTER TABLE public.information_unit ENABLE ALWAYS TRIGGER looked`);
  await expect(takeBackup(backupRequest(database, place, recipient))).resolves.toBeDefined();
});

test("values whose text depends on settings restore to equal checksums under other settings of the role", async () => {
  await database.rows(`CREATE TABLE public.kinds (id int PRIMARY KEY, at timestamptz, span interval, raw bytea, number double precision, price money, note text);
    INSERT INTO public.kinds VALUES (1, now(), '1 year 2 days 03:04:05.6', '\\x00ff0a5c', 0.1::float8 + 0.2::float8, 12.34, E'line\\nfeed\\ttab \\\\ back'), (2, 'infinity', '-3 mons', NULL, 'NaN', NULL, '');
    GRANT SELECT ON public.kinds TO cutter_backup; ALTER TABLE public.kinds OWNER TO directus;
    ALTER ROLE cutter_backup IN DATABASE ${database.name} SET DateStyle = 'German'; ALTER ROLE cutter_backup IN DATABASE ${database.name} SET bytea_output = 'escape'`);
  const receipt = await takeBackup(
    backupRequest(database, place, recipient, { tables: ["public.kinds"], contextTables: [] }),
  );
  expect(receipt.proof.tables["public.kinds"]).toEqual({ rows: 2, sha: receipt.content_digests["public.kinds"]?.sha });
});
