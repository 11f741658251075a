// What drift's own look names of changes to a database that a run would refuse or that nobody would see: all are made by SQL and
// committed, as a stranger would, and the very script of the probe is run beside them; none hides another.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentLines, readSurroundings, type FoundFacts } from "../../infra/adopted-facts.ts";
import { environmentFacts } from "../../runner/looks/facts.ts";
import { undeclaredFacts } from "../../runner/rules/adopted-environment.ts";
import { environmentScope, explainEnvironment, mergedFacts, relevantIn } from "../../runner/rules/environment-hash.ts";
import { statement } from "../../runner/adapters/statements.ts";
import { databaseLooks, ownSources } from "../support/database-looks.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { passwordFile } from "../support/lay-packages.ts";

let db: FreshDatabase;
let known: FoundFacts;
beforeAll(async () => {
  db = await freshDatabase();
  known = await look();
});
afterAll(async () => {
  await db.drop();
});

const place = (user = "workflow_admin", passFile = passwordFile(db.cluster)) => ({
  psql: join(db.cluster.binDir, "psql"),
  host: db.cluster.host,
  port: db.cluster.port,
  name: db.name,
  user,
  passFile,
});

async function look(): Promise<FoundFacts> {
  const facts = readSurroundings(await databaseLooks(place()), ownSources.rights);
  if (facts === undefined) throw new Error("nothing was asked");
  return facts;
}

const COMPARED = { sandbox: true, rights: ownSources.rights, told: new Set<string>() };

/** What the look names now that it did not know before, as one text. */
async function newlyNamed(): Promise<string> {
  const found = await look();
  const lines = environmentLines({ ...COMPARED, adopted: known, found, login: "workflow_admin" });
  known = found;
  return lines.map(({ path, want, have }) => `${path}: ${want} -> ${have}`).join("\n");
}

// Name, change, what is named. What belongs to the cluster is taken back by the last column.
const CHANGES: readonly (readonly [string, string, RegExp, string?])[] = [
  [
    "an event trigger",
    "CREATE FUNCTION public.evil_ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER evil ON ddl_command_end EXECUTE FUNCTION public.evil_ev()",
    /event trigger evil: absent -> mode O on ddl_command_end/,
    "DROP EVENT TRIGGER evil",
  ],
  [
    "a superuser who may log in",
    "CREATE ROLE adopt_backdoor LOGIN SUPERUSER",
    /power adopt_backdoor is superuser: absent -> yes/,
    "DROP ROLE adopt_backdoor",
  ],
  [
    "a membership in the administrator",
    "GRANT workflow_admin TO directus",
    /membership directus in workflow_admin/,
    "REVOKE workflow_admin FROM directus",
  ],
  [
    "a membership of a reader in the owner of the text",
    "GRANT directus TO context_pack_readonly",
    /membership context_pack_readonly in directus/,
    "REVOKE directus FROM context_pack_readonly",
  ],
  [
    "the gateway with the rights of its caller",
    "ALTER FUNCTION public.fn_iu_create(text,text,text,text,text,text,text,text,uuid) SECURITY INVOKER",
    /function attributes public\.fn_iu_create\(/,
  ],
  [
    "the enactment that accepts everything",
    "CREATE OR REPLACE FUNCTION public.fn_content_hash(p_body text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT p_body'",
    /function body public\.fn_content_hash\(text\)/,
  ],
  [
    "a trigger more on the text",
    "CREATE FUNCTION public.evil_t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER zz_evil BEFORE INSERT ON public.unit_version FOR EACH ROW EXECUTE FUNCTION public.evil_t()",
    /trigger public\.unit_version zz_evil: absent -> CREATE TRIGGER/,
  ],
  [
    "a trigger more on the ledger",
    "CREATE FUNCTION public.evil_l() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER zz_evil BEFORE INSERT ON cutter_governance.review_decision FOR EACH ROW EXECUTE FUNCTION public.evil_l()",
    /trigger cutter_governance\.review_decision zz_evil: absent -> CREATE TRIGGER/,
  ],
  [
    "a child of the text, whose rows every reader of it sees",
    "CREATE TABLE public.iu_child () INHERITS (public.information_unit)",
    /relation public\.information_unit: .*has children public\.iu_child/,
  ],
  [
    "another isolation for every role",
    "ALTER ROLE ALL SET default_transaction_isolation = 'serializable'",
    /role setting every role .*default_transaction_isolation: absent -> serializable/,
    "ALTER ROLE ALL RESET default_transaction_isolation",
  ],
  [
    "triggers switched off for the owner of the text",
    "ALTER ROLE directus SET session_replication_role = replica",
    /role setting directus .*session_replication_role: absent -> replica/,
    "ALTER ROLE directus RESET session_replication_role",
  ],
  [
    "a child of a table of ours",
    "CREATE TABLE public.rev_child () INHERITS (cutter_runtime.revocation)",
    /relation cutter_runtime\.revocation: .*has children public\.rev_child/,
  ],
  [
    "another default",
    "ALTER TABLE public.information_unit ALTER conformance_status SET DEFAULT 'closed'",
    /column public\.information_unit\.conformance_status/,
  ],
  [
    "an overload of the gateway",
    "CREATE FUNCTION public.fn_iu_create(text,text,text,text) RETURNS jsonb LANGUAGE sql SECURITY DEFINER AS 'SELECT NULL::jsonb'",
    /function attributes public\.fn_iu_create\(text,text,text,text\): absent/,
  ],
  [
    "an implicit cast",
    "CREATE FUNCTION public.t2u(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT NULL::uuid'; CREATE CAST (text AS uuid) WITH FUNCTION public.t2u(text) AS IMPLICIT",
    /cast text as uuid: absent -> implicit by public\.t2u\(text\)/,
  ],
  [
    "an operator in pg_catalog",
    "SET allow_system_table_mods = on; CREATE FUNCTION public.u_eq_t(uuid,text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE OPERATOR pg_catalog.= (FUNCTION = public.u_eq_t, LEFTARG = uuid, RIGHTARG = text)",
    /operator =\(uuid,text\): absent/,
  ],
  [
    "a foreign key that no longer holds",
    "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'cutter_runtime.admission_use'::regclass AND tgisinternal LOOP EXECUTE format('ALTER TABLE cutter_runtime.admission_use DISABLE TRIGGER %I', t); END LOOP; END $$",
    /trigger mode cutter_runtime\.admission_use key .*: O -> D/,
  ],
  [
    "halts that a crash empties",
    "ALTER TABLE cutter_runtime.halt SET UNLOGGED",
    /relation cutter_runtime\.halt: .*persistence p.* -> .*persistence u/,
  ],
  [
    "halts that nobody sees",
    "ALTER TABLE cutter_runtime.halt FORCE ROW LEVEL SECURITY",
    /relation cutter_runtime\.halt: .* -> .*row security forced/,
  ],
  [
    "triggers switched off for everybody",
    "ALTER DATABASE :database SET session_replication_role = replica",
    /role setting every role in t_\w+ session_replication_role: absent -> replica/,
  ],
  [
    "a right to switch them off",
    "GRANT SET ON PARAMETER session_replication_role TO directus",
    /directus may set session_replication_role/,
    "REVOKE SET ON PARAMETER session_replication_role FROM directus",
  ],
  [
    "a write guard that only observes",
    "UPDATE public.dot_config SET value = 'observe' WHERE key = 'iu_create.gateway.mode'",
    /dot_config iu_create\.gateway\.mode: enforced -> observe/,
  ],
  ["a publication of everything", "CREATE PUBLICATION p FOR ALL TABLES", /publication p: absent -> .*all tables/],
  [
    "another collation of a column",
    'ALTER TABLE public.information_unit ALTER doc_code TYPE text COLLATE "C"',
    /column public\.information_unit\.doc_code: text -> text collate "C"/,
  ],
  [
    "a function of ours that leaks",
    "ALTER FUNCTION cutter_runtime.refuse_halted(text) LEAKPROOF PARALLEL SAFE",
    /function attributes cutter_runtime\.refuse_halted\(text\)/,
  ],
  [
    "a gift with the rights of its owner",
    "CREATE FUNCTION public.gift() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    /function with rights of its owner public\.gift\(\): absent/,
  ],
  [
    "a built-in function with another body",
    "UPDATE pg_proc SET prosrc = 'sha224_bytea' WHERE oid = 'pg_catalog.sha256(bytea)'::regprocedure",
    /built in functions: /,
  ],
  [
    "commits that no disk has, without a reload",
    "ALTER SYSTEM SET synchronous_commit = off",
    /setting in a file of the server synchronous_commit: \w+ -> off/,
    "ALTER SYSTEM RESET synchronous_commit",
  ],
  [
    // The cluster of the tests has it off.
    "another word on whether a crash may lose what was committed",
    "ALTER SYSTEM SET fsync = on",
    /setting in a file of the server fsync: \w+ -> on/,
    "ALTER SYSTEM RESET fsync",
  ],
];

describe("one look after all of them", () => {
  let told: string;
  beforeAll(async () => {
    try {
      for (const [, change] of CHANGES) await db.rows(change.replaceAll(":database", db.name));
      told = await newlyNamed();
    } finally {
      for (const [, , , undo] of CHANGES) if (undo !== undefined) await db.rows(undo);
      known = await look();
    }
  });
  test.each(CHANGES.map(([name, , named]) => ({ name, named })))("$name is named", ({ named }) => {
    expect(told).toMatch(named);
  });
});

test("a login rule that trusts everybody is named before the server has read it", async () => {
  const file = join(db.cluster.dataDir, "pg_hba.conf");
  const text = readFileSync(file, "utf8");
  try {
    appendFileSync(file, "host all all 203.0.113.9/32 trust\n");
    expect(await newlyNamed()).toMatch(/login rule host all all 203\.0\.113\.9 255\.255\.255\.255 trust: absent/);
  } finally {
    writeFileSync(file, text);
    known = await look();
  }
});

test("the runner's own role reads the same facts, so that the precheck can compare them; two looks are equal", async () => {
  const found = await look();
  expect(environmentLines({ ...COMPARED, adopted: known, found, login: "workflow_admin" })).toEqual([]);
  const client = await db.connect("cutter_exec");
  await client.query("SET search_path = pg_catalog; SET jit = off");
  const read = await environmentFacts(
    {
      query: async (name: string, params: { scope: string }) =>
        (await client.query(statement(name).text, [params.scope])).rows,
    } as never,
    environmentScope(relevantIn(ownSources.rights)),
  );
  await client.end();
  expect(explainEnvironment(found.environment, mergedFacts(undeclaredFacts(read, ownSources.rights)))).toEqual([]);
});
