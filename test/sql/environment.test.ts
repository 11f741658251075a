// The environment statements against a real catalog. Each change is made in a transaction that is rolled back, and the facts are
// read inside it as cutter_exec, so the role that stops a run is the one that must see.
import { readFile } from "node:fs/promises";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import {
  ENVIRONMENT_STATEMENTS,
  environmentFindings,
  environmentHash,
  environmentScope,
  explainEnvironment,
  relevantIn,
} from "../../runner/rules/environment-hash.ts";
import type { EnvironmentFact } from "../../runner/model/environment.ts";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";

const named = z.array(z.looseObject({ name: z.string() }));
const SCOPE = environmentScope(
  relevantIn(
    z
      .looseObject({
        roles: named,
        schemas: named,
        tables: named,
        functions: z.array(z.looseObject({ signature: z.string() })),
      })
      .parse(JSON.parse(await readFile(new URL("../../sql/rights.json", import.meta.url), "utf8"))),
  ),
);

let db: FreshDatabase;
let admin: pg.Client;
let before: EnvironmentFact[];
beforeAll(async () => {
  db = await freshDatabase();
  admin = await db.connect();
  await admin.query("SET jit = off");
  before = await factsAs("cutter_exec");
});
afterAll(async () => {
  await db.drop();
});

async function read(client: pg.Client): Promise<EnvironmentFact[]> {
  const facts: EnvironmentFact[] = [];
  for (const name of ENVIRONMENT_STATEMENTS) {
    const text = await readFile(new URL(`../../sql/${name}.sql`, import.meta.url), "utf8");
    facts.push(...(await client.query<EnvironmentFact>(text, [SCOPE])).rows);
  }
  return facts;
}

async function factsAs(role: "cutter_exec" | "cutter_verify"): Promise<EnvironmentFact[]> {
  const client = await db.connect(role);
  await client.query("SET search_path = pg_catalog; SET jit = off");
  const facts = await read(client);
  await client.end();
  return facts;
}

async function versionOf(client: pg.Client): Promise<string> {
  const text = await readFile(new URL("../../sql/read/catalog-version.sql", import.meta.url), "utf8");
  return (await client.query<{ version: string }>(text, [SCOPE])).rows[0]?.version ?? "";
}

/** The differences in words that `change` makes, read as cutter_exec inside the transaction that is then rolled back. */
async function differencesAfter(change: string): Promise<string[]> {
  await admin.query("BEGIN");
  try {
    await admin.query("SET LOCAL search_path = pg_catalog");
    const version = await versionOf(admin);
    await admin.query("SET LOCAL search_path = DEFAULT");
    await admin.query(change.replaceAll(":database", db.name));
    await admin.query("SET LOCAL search_path = pg_catalog; SET LOCAL SESSION AUTHORIZATION cutter_exec");
    const after = await read(admin);
    const lines = explainEnvironment(before, after);
    expect(environmentHash(after) === environmentHash(before)).toBe(lines.length === 0);
    // An effect reads the facts again only when this says so.
    if (lines.length > 0) expect(await versionOf(admin), "the version of the catalogs").not.toBe(version);
    return lines.map((line) => line.replaceAll(db.name, ":database"));
  } finally {
    await admin.query("ROLLBACK");
  }
}

test("executor and verifier read the same environment, and twice the same", async () => {
  const hash = environmentHash(before);
  expect(explainEnvironment(before, await factsAs("cutter_verify"))).toEqual([]);
  expect(environmentHash(await factsAs("cutter_verify"))).toBe(hash);
  expect(environmentHash(await factsAs("cutter_exec"))).toBe(hash);
});

test("with every package applied nothing that sql/rights.json names is missing", async () => {
  const text = await readFile(new URL("../../sql/read/precheck/missing-objects.sql", import.meta.url), "utf8");
  await admin.query("BEGIN; SET LOCAL search_path = pg_catalog");
  expect((await admin.query(text, [SCOPE])).rows).toEqual([]);
  await admin.query("ROLLBACK");
});

test("the functions a write reaches are found through triggers and through bodies that name them", () => {
  const bodies = before.filter((fact) => fact.kind === "function body").map((fact) => fact.identity);
  for (const name of [
    "fn_iu_create",
    "fn_iu_enact",
    "fn_content_hash",
    "fn_iu_verify_invariants",
    "fn_iu_gateway_write_guard",
    "fn_iu_birth_gate_layer2",
    "fn_uv_enacted_immut",
  ]) {
    expect(
      bodies.filter((identity) => identity.startsWith(`public.${name}(`)),
      name,
    ).toHaveLength(1);
  }
});

test("the immutability triggers of this system pass with a finding that always is the safe mode", () => {
  expect(environmentFindings(before)).toHaveLength(2);
});

test("a cut, statistics and maintenance change nothing of the environment", async () => {
  const writer = await db.connect("directus");
  const created = await writer.query(
    "SELECT public.fn_iu_create('TEST-E/S-1', 'a', 'b', 'tester', 'law_unit', 'section', 'tester', 'law') AS answer",
  );
  await writer.end();
  expect(created.rows[0].answer.status).toBe("created");
  const version = await versionOf(admin);
  await admin.query("ANALYZE public.information_unit");
  await admin.query("VACUUM public.unit_version");
  expect(await versionOf(admin)).toBe(version);
  await admin.query("REINDEX TABLE public.information_unit");
  await admin.query("CREATE TABLE public.somebody_elses (id int PRIMARY KEY)");
  expect(explainEnvironment(before, await factsAs("cutter_exec"))).toEqual([]);
});

const EDIT = (name: string): string =>
  `DO $do$ BEGIN EXECUTE replace((SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.proname = '${name}'), 'AS $function$', 'AS $function$ /* edited */ '); END $do$`;
const UNIT = "public.information_unit";

// [what happened, SQL as superuser, every line a person reads]
const SEEN: readonly (readonly [string, string, readonly (string | RegExp)[]])[] = [
  ["the body of fn_iu_enact changed", EDIT("fn_iu_enact"), [/^function public\.fn_iu_enact\(.*\) body changed$/]],
  [
    "a helper changed that only a body names",
    EDIT("fn_content_hash"),
    ["function public.fn_content_hash(text) body changed"],
  ],
  [
    "a trigger function changed",
    EDIT("fn_iu_birth_gate_layer2"),
    ["function public.fn_iu_birth_gate_layer2() body changed"],
  ],
  [
    "a function lost its pinned search_path",
    "ALTER FUNCTION public.fn_iu_create RESET ALL",
    [/^function public\.fn_iu_create\(.*\) attributes changed from .*search_path.* to /],
  ],
  [
    "a function got an overload",
    "CREATE FUNCTION public.fn_iu_create(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    [
      /EXECUTE on function public\.fn_iu_create\(integer\) to PUBLIC by \w+ added$/,
      /EXECUTE on function public\.fn_iu_create\(integer\) to cluster_owner by \w+ added$/,
      /^function public\.fn_iu_create\(integer\) attributes added/,
      "function public.fn_iu_create(integer) body added",
      /^owner function public\.fn_iu_create\(integer\) added/,
    ],
  ],
  [
    "a trigger was disabled",
    `ALTER TABLE ${UNIT} DISABLE TRIGGER trg_iu_enacted_immut`,
    [`trigger ${UNIT} trg_iu_enacted_immut mode changed from O to D`],
  ],
  [
    "a trigger was set to fire on replicas only",
    `ALTER TABLE ${UNIT} ENABLE REPLICA TRIGGER trg_iu_enacted_immut`,
    [`trigger ${UNIT} trg_iu_enacted_immut mode changed from O to R`],
  ],
  [
    "a foreign key was switched off",
    "UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 'public.unit_version'::regclass AND tgisinternal AND tgname LIKE '%_c_%'",
    [
      /^trigger public\.unit_version key public\.unit_version unit_version_unit_id_fkey RI_FKey_check_ins mode changed from O to D$/,
      /^trigger public\.unit_version key public\.unit_version unit_version_unit_id_fkey RI_FKey_check_upd mode changed from O to D$/,
    ],
  ],
  [
    "a trigger was added",
    `CREATE TRIGGER x AFTER DELETE ON ${UNIT} FOR EACH ROW EXECUTE FUNCTION public.fn_iu_updated_at()`,
    [/^trigger public\.information_unit x added: CREATE TRIGGER x /, `trigger ${UNIT} x mode added: O`],
  ],
  [
    "an event trigger was added",
    "CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; REVOKE EXECUTE ON FUNCTION public.on_ddl() FROM PUBLIC; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.on_ddl()",
    [
      /^event trigger watch added: mode O on ddl_command_end calls public\.on_ddl\(\)/,
      /^function public\.on_ddl\(\) attributes added/,
      "function public.on_ddl() body added",
      /^grant EXECUTE on function public\.on_ddl\(\)/,
      /^owner function public\.on_ddl\(\)/,
    ],
  ],
  [
    "PUBLIC may read a ledger table",
    "GRANT SELECT ON cutter_governance.verify_result TO PUBLIC",
    ["grant SELECT on table cutter_governance.verify_result to PUBLIC by workflow_admin added"],
  ],
  [
    "a column was granted",
    `GRANT UPDATE (updated_by) ON ${UNIT} TO cutter_exec`,
    [`grant UPDATE on column ${UNIT}.updated_by to cutter_exec by directus added`],
  ],
  [
    "a grant became grantable",
    `GRANT SELECT ON ${UNIT} TO cutter_exec WITH GRANT OPTION`,
    [`grant SELECT on table ${UNIT} to cutter_exec by directus changed from plain to with grant option`],
  ],
  [
    "a grant was revoked",
    `REVOKE SELECT ON ${UNIT} FROM cutter_verify`,
    [`grant SELECT on table ${UNIT} to cutter_verify by directus removed`],
  ],
  [
    "PUBLIC may execute fn_iu_enact",
    "GRANT EXECUTE ON FUNCTION public.fn_iu_enact TO PUBLIC",
    [/^grant EXECUTE on function public\.fn_iu_enact\(.*\) to PUBLIC by directus added$/],
  ],
  [
    "somebody may create in the schema",
    "GRANT CREATE ON SCHEMA public TO cutter_exec",
    [/^grant CREATE on schema public to cutter_exec by \w+ added$/],
  ],
  [
    "rights of future tables were given",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO cutter_exec",
    [/^grant INSERT on future tables of \w+ in public to cutter_exec by \w+ added$/],
  ],
  [
    "somebody may truncate",
    `GRANT TRUNCATE ON ${UNIT} TO cutter_exec`,
    [`cutter_exec may truncate ${UNIT} added`, `grant TRUNCATE on table ${UNIT} to cutter_exec by directus added`],
  ],
  [
    "the executor may switch triggers off",
    "GRANT SET ON PARAMETER session_replication_role TO cutter_exec",
    [
      "cutter_exec may set session_replication_role added",
      /^grant SET on parameter session_replication_role to cutter_exec by \w+ added$/,
      /^grant SET on parameter session_replication_role to cluster_owner by \w+ added$/,
      /^grant ALTER SYSTEM on parameter/,
    ],
  ],
  [
    "the executor acts as the owner",
    "GRANT directus TO cutter_exec",
    [/^membership cutter_exec in directus by \w+ added: admin false/],
  ],
  [
    "a role became superuser",
    "ALTER ROLE cutter_verify SUPERUSER",
    ["cutter_verify is superuser added", "role attribute cutter_verify superuser changed from false to true"],
  ],
  [
    "a connection limit was lifted",
    "ALTER ROLE cutter_exec CONNECTION LIMIT 20",
    ["role attribute cutter_exec connection limit changed from 12 to 20"],
  ],
  [
    "a role got its own search_path",
    "ALTER ROLE cutter_exec SET search_path = evil, public",
    ["role setting cutter_exec in every database search_path added: evil, public"],
  ],
  [
    "a role got its own isolation in this database",
    "ALTER ROLE cutter_exec IN DATABASE :database SET default_transaction_isolation = 'serializable'",
    ["role setting cutter_exec in :database default_transaction_isolation added: serializable"],
  ],
  [
    "everybody got a setting",
    "ALTER DATABASE :database SET session_preload_libraries = 'auto_explain'",
    ["role setting every role in :database session_preload_libraries added: auto_explain"],
  ],
  [
    "the gateway's marker was preset",
    "ALTER ROLE cutter_exec SET app.canonical_writer = 'fn_iu_create'",
    ["role setting cutter_exec in every database app.canonical_writer added: fn_iu_create"],
  ],
  [
    "a custom setting that may be a secret was made",
    "ALTER DATABASE :database SET app.jwt_secret = 'hunter2'",
    ["role setting every role in :database app.jwt_secret added: set"],
  ],
  [
    "the gateway's mode changed",
    "UPDATE public.dot_config SET value = 'observe' WHERE key = 'iu_create.gateway.mode'",
    ["dot_config iu_create.gateway.mode changed from enforced to observe"],
  ],
  [
    "the owner of a table changed",
    "ALTER TABLE cutter_governance.verify_result OWNER TO directus",
    ["owner table cutter_governance.verify_result changed from workflow_admin to directus"],
  ],
  [
    "row security was switched on",
    `ALTER TABLE ${UNIT} ENABLE ROW LEVEL SECURITY`,
    [/^relation public\.information_unit changed from .*row security off.* to .*row security on/],
  ],
  [
    "a policy was added",
    `CREATE POLICY hide ON ${UNIT} FOR SELECT TO cutter_exec USING (false)`,
    [`policy ${UNIT} hide added: permissive for r to cutter_exec using false check`],
  ],
  [
    "a rule was added",
    `CREATE RULE swallow AS ON DELETE TO ${UNIT} DO INSTEAD NOTHING`,
    [/^rule public\.information_unit swallow added: mode O CREATE RULE swallow/],
  ],
  [
    "a unique constraint was dropped",
    `ALTER TABLE ${UNIT} DROP CONSTRAINT information_unit_canonical_address_key`,
    [
      `constraint ${UNIT} information_unit_canonical_address_key removed, was UNIQUE (canonical_address)`,
      /^index public\.information_unit_canonical_address_key removed/,
    ],
  ],
  [
    "an implicit cast between types of ours was made",
    "CREATE FUNCTION public.t2u(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT NULL::uuid'; CREATE CAST (text AS uuid) WITH FUNCTION public.t2u(text) AS IMPLICIT",
    [/^cast text as uuid added: implicit by public\.t2u\(text\)/],
  ],
  [
    "an operator over types of ours was made",
    "CREATE FUNCTION public.u_eq_t(uuid, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE OPERATOR public.= (FUNCTION = public.u_eq_t, LEFTARG = uuid, RIGHTARG = text)",
    [/^operator public\.=\(uuid,text\) added: by public\.u_eq_t/],
  ],
  [
    "a column compares by another collation",
    `ALTER TABLE ${UNIT} ALTER doc_code TYPE text COLLATE "C"`,
    [/^column public\.information_unit\.doc_code changed from text to text collate "C"/],
  ],
  [
    "a default changed",
    `ALTER TABLE ${UNIT} ALTER lifecycle_status SET DEFAULT 'enacted'`,
    [
      /^column public\.information_unit\.lifecycle_status changed from text not null default 'draft'::text to .*'enacted'/,
    ],
  ],
  [
    "a child table was hung under the units",
    `CREATE TABLE public.child () INHERITS (${UNIT})`,
    [/^relation public\.information_unit changed from .* to .*has children public\.child/],
  ],
  [
    "a relevant table is gone",
    "DROP TABLE cutter_governance.verify_result CASCADE",
    [/^column cutter_governance\.verify_result/],
  ],
];

test.each(SEEN)("%s: another digest, told in words", async (_, change, wanted) => {
  const lines = await differencesAfter(change);
  const [first, ...others] = wanted;
  // An owner, a membership or a whole table takes many facts along; there the first line stands for all.
  const exact = !/OWNER TO|DROP TABLE|GRANT directus/.test(change);
  if (exact) expect(lines, lines.join("\n")).toHaveLength(wanted.length);
  for (const line of exact ? [first, ...others] : [first]) {
    expect(
      lines.some((seen) => (typeof line === "string" ? seen === line : line?.test(seen))),
      `${String(line)}\nin\n${lines.join("\n")}`,
    ).toBe(true);
  }
});

test("a function that a body calls in capitals is followed too", async () => {
  const lines = await differencesAfter(`CREATE FUNCTION public.shouted() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE OR REPLACE FUNCTION public.fn_content_hash(p_body text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT PUBLIC.SHOUTED()::text'`);
  expect(lines).toContain("function public.shouted() body added");
});

test("no value of a custom setting is ever among the facts", async () => {
  await admin.query("BEGIN");
  await admin.query(`ALTER DATABASE ${db.name} SET app.jwt_secret = 'hunter2'`);
  const facts = JSON.stringify(await read(admin));
  await admin.query("ROLLBACK");
  expect(facts).toContain("app.jwt_secret");
  expect(facts).not.toContain("hunter2");
});

test("facts read under a search_path that could hide names are refused", async () => {
  const client = await db.connect("cutter_exec");
  await client.query("SET jit = off");
  const facts = await read(client);
  await client.end();
  expect(() => environmentHash(facts)).toThrow("STOP_COULD_NOT_LOOK");
});
