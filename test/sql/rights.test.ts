// sql/rights.json against the catalogs of a database that has every package, and of one that has none.
import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import * as z from "zod";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import { OTHER_REGISTRIES } from "../support/other-registries.ts";

const rightsOf = z.record(z.string(), z.record(z.string(), z.string()));
const rights = z
  .strictObject({
    schema_version: z.literal("1"),
    roles: z.array(
      z.strictObject({
        name: z.string(),
        package: z.string(),
        login: z.boolean(),
        superuser: z.boolean(),
        connection_limit: z.int(),
        raised_by: z.record(z.string(), z.int()).default({}),
        member_of: z.array(z.string()).default([]),
      }),
    ),
    schemas: z.array(
      z.strictObject({ name: z.string(), owner: z.string().nullable(), package: z.string(), rights: rightsOf }),
    ),
    tables: z.array(z.strictObject({ name: z.string(), owner: z.string(), package: z.string(), rights: rightsOf })),
    functions: z.array(
      z.strictObject({
        signature: z.string(),
        owner: z.string(),
        security_definer: z.boolean(),
        package: z.string(),
        execute: z.record(z.string(), z.string()),
      }),
    ),
    triggers: z.array(
      z.strictObject({
        table: z.string(),
        name: z.string(),
        function: z.string(),
        mode: z.enum(["A", "O"]),
        package: z.string(),
      }),
    ),
    event_triggers: z.array(
      z.strictObject({
        name: z.string(),
        event: z.string(),
        function: z.string(),
        mode: z.literal("A"),
        package: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../sql/rights.json", import.meta.url), "utf8")));

let db: FreshDatabase | undefined;
afterEach(async () => {
  await db?.drop();
  db = undefined;
});

const opened = (): FreshDatabase => {
  if (!db) throw new Error("no database is open");
  return db;
};
const lines = async (sql: string, values: readonly unknown[] = []): Promise<string[]> =>
  (await opened().rows<{ line: string }>(sql, values)).map((row) => row.line).sort();

/** `table role privilege` of every right the file gives, in packages `from`. */
const expectedRights = (
  entries: readonly { name: string; rights: z.infer<typeof rightsOf> }[],
  from: (pack: string) => boolean,
): string[] =>
  entries
    .flatMap(({ name, rights: given }) =>
      Object.entries(given).flatMap(([role, privileges]) =>
        Object.entries(privileges)
          .filter(([, pack]) => from(pack))
          .map(([privilege]) => `${name} ${role} ${privilege}`),
      ),
    )
    .sort();

const TABLE_RIGHTS = `SELECT n.nspname || '.' || c.relname || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
  LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE n.nspname || '.' || c.relname = ANY ($1) AND a.grantee <> c.relowner`;

it("with every package applied, each listed table gives exactly the listed rights to exactly the listed roles", async () => {
  db = await freshDatabase();
  const names = rights.tables.map((table) => table.name);
  expect(await lines(TABLE_RIGHTS, [names])).toEqual(expectedRights(rights.tables, () => true));
  expect(
    await lines(
      "SELECT n.nspname || '.' || c.relname || ' ' || c.relowner::regrole AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY ($1)",
      [names],
    ),
  ).toEqual(rights.tables.map((table) => `${table.name} ${table.owner}`).sort());
});

it("without packages, the listed tables give exactly the rights the file calls the system's own", async () => {
  db = await freshDatabase({ packages: [] });
  expect(await lines(TABLE_RIGHTS, [rights.tables.map((table) => table.name)])).toEqual(
    expectedRights(rights.tables, (pack) => pack === "system"),
  );
});

it("no table of the cutter or of the governance ledger is missing from the file; registries that no cut reads may change as they like", async () => {
  db = await freshDatabase();
  const found = await lines(
    "SELECT n.nspname || '.' || c.relname AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('cutter_runtime', 'cutter_governance') AND c.relkind = 'r' AND c.relname <> ALL ($1)",
    [Object.keys(OTHER_REGISTRIES)],
  );
  expect(rights.tables.map((table) => table.name)).toEqual(expect.arrayContaining(found));
});

it("roles, schemas and triggers stand as listed", async () => {
  db = await freshDatabase();
  const roles = rights.roles
    .map((role) => `${role.name} ${role.login} ${role.superuser} ${role.raised_by["batch"] ?? role.connection_limit}`)
    .sort();
  expect(
    await lines(
      "SELECT rolname || ' ' || rolcanlogin || ' ' || rolsuper || ' ' || rolconnlimit AS line FROM pg_roles WHERE rolname = ANY ($1)",
      [rights.roles.map((role) => role.name)],
    ),
  ).toEqual(roles);
  expect(
    await lines(
      "SELECT member::regrole || ' ' || roleid::regrole AS line FROM pg_auth_members WHERE member::regrole::text = ANY ($1)",
      [rights.roles.map((role) => role.name)],
    ),
  ).toEqual(rights.roles.flatMap(({ name, member_of }) => member_of.map((role) => `${name} ${role}`)).sort());
  expect(
    await lines(
      `SELECT n.nspname || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type AS line
    FROM pg_namespace n CROSS JOIN aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE n.nspname = ANY ($1) AND a.grantee <> n.nspowner`,
      [rights.schemas.map((schema) => schema.name)],
    ),
  ).toEqual(expectedRights(rights.schemas, () => true));
  const triggers =
    await lines(`SELECT n.nspname || '.' || c.relname || ' ' || g.tgname || ' ' || g.tgenabled::text || ' ' || pn.nspname || '.' || p.proname || '()' AS line
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = g.tgfoid
    JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE NOT g.tgisinternal AND n.nspname IN ('public', 'cutter_runtime', 'cutter_governance')`);
  expect(triggers).toEqual(
    expect.arrayContaining(
      rights.triggers.map((trigger) => `${trigger.table} ${trigger.name} ${trigger.mode} ${trigger.function}`),
    ),
  );
  expect(
    await lines(
      "SELECT evtname || ' ' || evtevent || ' ' || evtenabled::text || ' ' || evtfoid::regprocedure AS line FROM pg_event_trigger",
    ),
  ).toEqual(rights.event_triggers.map((one) => `${one.name} ${one.event} ${one.mode} ${one.function}`));
});

it("every listed function has the listed owner, security and callers, and PUBLIC may call none", async () => {
  db = await freshDatabase();
  for (const fn of rights.functions) {
    const oid = fn.signature.includes("(") ? "to_regprocedure($1)" : "to_regproc($1)";
    const [row] = await db.rows<{ owner: string; definer: boolean; callers: string[] }>(
      `SELECT p.proowner::regrole::text AS owner, p.prosecdef AS definer,
              ARRAY(SELECT coalesce(r.rolname, 'PUBLIC')::text FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
                     WHERE a.grantee <> p.proowner ORDER BY 1) AS callers
         FROM pg_proc p WHERE p.oid = ${oid}`,
      [fn.signature],
    );
    expect(row, fn.signature).toEqual({
      owner: fn.owner,
      definer: fn.security_definer,
      callers: Object.keys(fn.execute).sort(),
    });
  }
});
