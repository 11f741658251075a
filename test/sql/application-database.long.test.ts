// Whatever another application hangs on a table of the cut either passes or is named before the dump, never as an error of psql behind it.
import { expect, test } from "vitest";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { backupRequest, forEveryTest, stopOf, type BackupPlace, type Recipient } from "../support/backup.ts";
import type { FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

/** What somebody did, and what the stop says; undefined: the backup is proven. */
const HUNG_ON: readonly [what: string, sql: string, saw: string | undefined][] = [
  [
    "a column of an extension's type",
    "ALTER TABLE public.information_unit ADD COLUMN cms_mail public.citext DEFAULT 'a@example.invalid', ADD COLUMN cms_path public.ltree",
    undefined,
  ],
  [
    "an index of pg_trgm",
    "CREATE INDEX cms_titles ON public.unit_version USING gin (title public.gin_trgm_ops)",
    undefined,
  ],
  [
    "statistics",
    "CREATE STATISTICS public.cms_both (dependencies) ON unit_kind, owner_ref FROM public.information_unit",
    undefined,
  ],
  ["an extension with rights of its own", "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC", undefined],
  [
    "a check over the application's domain",
    "ALTER TABLE public.information_unit ADD COLUMN cms_slug public.cms_slug",
    undefined,
  ],
  [
    "a column of the application's range type",
    "ALTER TABLE public.information_unit ADD COLUMN cms_period public.cms_period",
    undefined,
  ],
  ["a policy", "CREATE POLICY cms_seen ON public.dot_config USING (true)", undefined],
  [
    "a default by an extension's function",
    "ALTER TABLE public.information_unit ADD COLUMN cms_id uuid DEFAULT public.uuid_generate_v4()",
    undefined,
  ],
  [
    "an extension in a schema of its own",
    "CREATE SCHEMA elsewhere; CREATE EXTENSION isn SCHEMA elsewhere; ALTER TABLE public.information_unit ADD COLUMN cms_isbn elsewhere.isbn",
    undefined,
  ],
  [
    "a trigger by a function of a superuser's setting",
    "CREATE FUNCTION public.cms_set() RETURNS trigger LANGUAGE plpgsql SET log_min_messages = 'error' AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER cms_set BEFORE INSERT ON public.unit_version FOR EACH ROW EXECUTE FUNCTION public.cms_set()",
    "public.unit_version needs function public.cms_set() (trigger cms_set on table public.unit_version: only a superuser may make a function that sets log_min_messages)",
  ],
  [
    "a trigger in C",
    "CREATE FUNCTION public.cms_lo() RETURNS trigger LANGUAGE c AS '$libdir/lo', 'lo_manage'; CREATE TRIGGER cms_lo BEFORE UPDATE ON public.dot_config FOR EACH ROW EXECUTE FUNCTION public.cms_lo('value')",
    "only a superuser may make a function in language c",
  ],
  [
    "a column of a base type",
    "ALTER TABLE public.information_unit ADD COLUMN cms_code public.cms_code",
    "public.information_unit needs type public.cms_code (its columns: only a superuser may make a base type)",
  ],
  [
    "a column of the application's row type",
    "ALTER TABLE public.information_unit ADD COLUMN cms_page public.cms_page",
    "public.information_unit needs type public.cms_page",
  ],
  [
    "an untrusted extension's function in a check",
    "ALTER TABLE public.information_unit ADD COLUMN cms_earth public.earth",
    "public.information_unit needs type public.earth",
  ],
  [
    "a partition that no backup names",
    "CREATE TABLE public.cms_more () INHERITS (public.unit_version)",
    "public.unit_version needs public.cms_more (inheritance)",
  ],
  [
    "a right given on by somebody else",
    "GRANT SELECT ON public.dot_config TO cms_app WITH GRANT OPTION; SET LOCAL ROLE cms_app; GRANT SELECT ON public.dot_config TO cms_reader",
    "a right of cms_reader was granted by cms_app, and only a superuser can repeat that",
  ],
  [
    "a type in another schema",
    "CREATE SCHEMA elsewhere; CREATE TYPE elsewhere.mood AS ENUM ('good'); CREATE FUNCTION public.cms_mood(elsewhere.mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    undefined,
  ],
];

test.each(HUNG_ON)("%s", async (_what, sql, saw) => {
  const client = await database.connect();
  await client.query(`BEGIN; ${sql}; COMMIT`);
  const request = backupRequest(database, place, recipient);
  if (saw !== undefined) expect(await stopOf(request, "STOP_BACKUP_FAILED")).toContain(saw);
  else expect((await takeBackup(request)).content_digests["public.information_unit"]?.rows).toBe(158);
});
