// What a run must leave alone, read from a real registry: protected documents, everybody's drafts, grants, and attempted row changes.
import { readFile } from "node:fs/promises";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BaselineRow } from "../../runner/model/outputs.ts";
import { judgeBaseline } from "../../runner/rules/baseline.ts";
import {
  grantMatrixSha,
  judgeGrantMatrix,
  judgeTwoGrant,
  type GrantMatrix,
  type TwoGrant,
} from "../../runner/rules/grant-matrix.ts";
import { changesBetween, judgeChanges, type TableChanges } from "../../runner/rules/prediction.ts";
import type { MissingObject, RoleFact } from "../../runner/rules/precheck.ts";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";

const RECORDED = "45d25e38ac2dd440d0e7fdbdd6a5a20df11afbaef715002db4e46ea60bd2d600";
const PREFIXES = ["ICX-CONST", "DIEU*"];
const EDIT = "SET LOCAL app.canonical_writer = 'fn_iu_apply_edit_draft'";

let db: FreshDatabase;
let admin: pg.Client;
beforeAll(async () => {
  db = await freshDatabase({ packages: ["read-rights"] });
  admin = await db.connect();
  // Committed before, as a real bystander is: a table made in the same transaction is truncated in place, without a catalog row.
  await admin.query("CREATE TABLE public.bystander (id int); INSERT INTO public.bystander VALUES (1)");
});
afterAll(async () => {
  await db.drop();
});

const text = (name: string): Promise<string> =>
  readFile(new URL(`../../sql/read/${name}.sql`, import.meta.url), "utf8");

async function ask<Row extends pg.QueryResultRow>(
  name: string,
  values: readonly unknown[] = [],
  client: pg.Client = admin,
): Promise<Row[]> {
  return (await client.query<Row>(await text(name), [...values])).rows;
}

async function only<Row extends pg.QueryResultRow>(
  name: string,
  values: readonly unknown[] = [],
  client: pg.Client = admin,
): Promise<Row> {
  const [row, ...others] = await ask<Row>(name, values, client);
  if (row === undefined || others.length > 0) throw new Error(`${name} did not answer one row`);
  return row;
}

/** Runs `work` after `changes` in a transaction under UTC that is rolled back. */
async function after<T>(changes: readonly string[], work: () => Promise<T>): Promise<T> {
  await admin.query("BEGIN; SET LOCAL TimeZone = 'UTC'");
  try {
    for (const change of changes) await admin.query(change);
    return await work();
  } finally {
    await admin.query("ROLLBACK");
  }
}

/** Row of `sql/read/protected-hash.sql`. */
interface ProtectedReading {
  readonly protected_hash: string;
  readonly units: number;
  readonly versions: number;
}

const protectedNow = (): Promise<ProtectedReading> => only<ProtectedReading>("protected-hash", [PREFIXES]);
const baselineNow = (): Promise<BaselineRow[]> => ask<BaselineRow>("baseline");

test("the baseline has a line a document, counted as the registry is known to stand", async () => {
  const rows = await after([], baselineNow);
  const units = Object.fromEntries(rows.map((row) => [row.document, row.units]));
  expect(units).toMatchObject({ "ICX-CONST": 60, "DIEU-28": 27, "DIEU-32": 23, "DIEU-35": 36 });
  expect([rows.reduce((sum, row) => sum + row.units, 0), rows.reduce((sum, row) => sum + row.versions, 0)]).toEqual([
    158, 165,
  ]);
});

test("the protected digest covers exactly the Constitution and the DIEU drafts", async () => {
  expect(await after([], protectedNow)).toMatchObject({ units: 146, time_zone: "UTC" });
  const none = await after([], () => only<ProtectedReading>("protected-hash", [["ICX"]]));
  expect([none.units, none.versions]).toEqual([0, 0]);
});

test("executor, verifier and backup role read the same protected digest and baseline", async () => {
  const expected = await after([], async () => ({
    hash: (await protectedNow()).protected_hash,
    rows: await baselineNow(),
  }));
  for (const role of ["cutter_exec", "cutter_verify", "cutter_backup"] as const) {
    const client = await db.connect(role);
    await client.query("SET TimeZone = 'UTC'");
    expect((await only<ProtectedReading>("protected-hash", [PREFIXES], client)).protected_hash).toBe(expected.hash);
    expect(await ask("baseline", [], client)).toEqual(expected.rows);
    await client.end();
  }
});

test("a colleague's edited draft is a finding with its author and leaves the protected digest", async () => {
  const before = await after([], async () => ({ hash: await protectedNow(), rows: await baselineNow() }));
  const [draft] = before.rows.filter((row) => !/^(ICX-CONST|DIEU)/.test(row.document));
  if (draft === undefined) throw new Error("the registry has no unprotected draft");
  const edit = `UPDATE public.information_unit SET updated_by = 'minh' WHERE split_part(canonical_address, '/', 1) = '${draft.document}'`;
  const now = await after([EDIT, edit], async () => ({ hash: await protectedNow(), rows: await baselineNow() }));
  expect(now.hash.protected_hash).toBe(before.hash.protected_hash);
  const { verdict, findings } = judgeBaseline(before.rows, now.rows, { target: "SAMPLE", protectedPrefixes: PREFIXES });
  expect(verdict).toBeUndefined();
  expect(findings).toEqual([expect.stringMatching(new RegExp(`^document ${draft.document} changed: .* by minh$`))]);
});

test.each([
  [
    "a draft of DIEU-28 edited",
    [EDIT, "UPDATE public.information_unit SET updated_by = 'minh' WHERE canonical_address LIKE 'DIEU-28/%'"],
  ],
  [
    "one enacted body changed with the triggers switched off",
    [
      "SET LOCAL session_replication_role = replica",
      "UPDATE public.unit_version SET body = body || ' ' WHERE id = (SELECT version_anchor_ref FROM public.information_unit WHERE canonical_address LIKE 'ICX-CONST/%' ORDER BY 1 LIMIT 1)",
    ],
  ],
  [
    "a version deleted",
    [
      "SET LOCAL session_replication_role = replica",
      "DELETE FROM public.unit_version WHERE id = (SELECT version_anchor_ref FROM public.information_unit WHERE canonical_address LIKE 'ICX-CONST/%' ORDER BY 1 LIMIT 1)",
    ],
  ],
])("%s: the protected digest and the baseline both stop", async (_, changes) => {
  const before = await after([], async () => ({ hash: await protectedNow(), rows: await baselineNow() }));
  const now = await after(changes, async () => ({ hash: await protectedNow(), rows: await baselineNow() }));
  expect(now.hash.protected_hash).not.toBe(before.hash.protected_hash);
  expect(judgeBaseline(before.rows, now.rows, { target: "SAMPLE", protectedPrefixes: PREFIXES }).verdict?.code).toBe(
    "STOP_DRIFT",
  );
});

test("units that a revert has moved aside are a line of their own and leave the document absent", async () => {
  const create =
    "SELECT public.fn_iu_create('TEST-ASIDE/S-1', 'a', 'b', 'tester', 'law_unit', 'section', 'tester', 'law')";
  const aside =
    "UPDATE public.information_unit SET canonical_address = canonical_address || '~reverted~' || id::text WHERE canonical_address = 'TEST-ASIDE/S-1'";
  const standing = await after([create], baselineNow);
  expect(standing.find((row) => row.document === "TEST-ASIDE")).toMatchObject({ set_aside: false, units: 1 });
  const moved = await after([create, EDIT, aside], baselineNow);
  expect(moved.find((row) => row.document === "TEST-ASIDE")).toMatchObject({ set_aside: true, units: 1 });
  expect(moved.filter((row) => row.document === "TEST-ASIDE" && !row.set_aside)).toEqual([]);
});

test("the four rights of this system have the recorded digest, read as executor and as verifier", async () => {
  for (const role of ["cutter_exec", "cutter_verify"] as const) {
    const client = await db.connect(role);
    const matrix = await only<GrantMatrix & pg.QueryResultRow>("grant-matrix", [], client);
    await client.end();
    expect(grantMatrixSha(matrix)).toBe(RECORDED);
  }
});

test.each([
  ["REVOKE EXECUTE ON FUNCTION public.fn_iu_enact FROM cutter_exec", "cutter_exec may execute"],
  ["REVOKE INSERT ON cutter_governance.verify_result FROM cutter_verify", "cutter_verify may select and insert"],
  ["REVOKE SELECT ON cutter_governance.review_decision FROM directus", "directus may select"],
  ["CREATE FUNCTION cutter_governance.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "PUBLIC may execute no function"],
  ["DROP TABLE cutter_governance.verify_result CASCADE", "cutter_verify may select and insert"],
  ["DROP SCHEMA cutter_governance CASCADE", "PUBLIC may execute no function"],
])("%s: the matrix names the right that no longer holds", async (change, words) => {
  const matrix = await after([change], () => only<GrantMatrix & pg.QueryResultRow>("grant-matrix"));
  const verdict = judgeGrantMatrix(matrix, RECORDED);
  expect(verdict?.code).toBe("STOP_GRANT_DELTA");
  expect(verdict?.facts.saw).toContain(words);
});

test("the two missing rights are seen as missing until they are granted", async () => {
  const granted = ["verify_result", "cut_change_set_affected_row"].map(
    (table) => `GRANT SELECT ON cutter_governance.${table} TO cutter_exec`,
  );
  expect(judgeTwoGrant(await only<TwoGrant & pg.QueryResultRow>("two-grant"))?.facts.saw).toContain(
    "cut_change_set_affected_row",
  );
  expect(
    judgeTwoGrant(await after(granted.slice(0, 1), () => only<TwoGrant & pg.QueryResultRow>("two-grant")))?.facts.saw,
  ).not.toContain("verify_result");
  expect(judgeTwoGrant(await after(granted, () => only<TwoGrant & pg.QueryResultRow>("two-grant")))).toBeUndefined();
});

const changesNow = (): Promise<TableChanges[]> => ask<TableChanges & pg.QueryResultRow>("statistics");
const ONE_UNIT =
  "SELECT public.fn_iu_create('TEST-STAT/S-1', 'a', 'b', 'tester', 'law_unit', 'section', 'tester', 'law')";

test("a second transaction of one connection shows only its own changes once the first reading is taken off", async () => {
  const client = await db.connect("cutter_exec");
  const differences: TableChanges[][] = [];
  for (const round of [1, 2, 3]) {
    await client.query("BEGIN");
    const first = await ask<TableChanges & pg.QueryResultRow>("statistics", [], client);
    await client.query(ONE_UNIT.replace("TEST-STAT", `TEST-STAT-${round}`));
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    const last = await ask<TableChanges & pg.QueryResultRow>("statistics", [], client);
    await client.query("COMMIT");
    differences.push(
      last.map((row) => {
        const was = first.find((known) => known.table === row.table);
        return {
          table: row.table,
          ins: row.ins - (was?.ins ?? 0),
          upd: row.upd - (was?.upd ?? 0),
          del: row.del - (was?.del ?? 0),
        };
      }),
    );
  }
  await client.end();
  expect(differences[1]).toEqual(differences[0]);
  expect(differences[2]).toEqual(differences[0]);
  expect(differences[0]).toContainEqual({ table: "public.information_unit", ins: 1, upd: 0, del: 0 });
});

test.each([
  ["truncates", "TRUNCATE public.bystander"],
  ["alters a default", "ALTER TABLE public.bystander ALTER id SET DEFAULT 7"],
  ["grants", "GRANT ALL ON public.bystander TO PUBLIC"],
  ["switches a trigger off", "ALTER TABLE public.information_unit DISABLE TRIGGER trg_iu_enacted_immut"],
  ["changes a role", "ALTER ROLE cutter_ro CONNECTION LIMIT 9"],
])("a trigger that %s during the work shows in pg_catalog and stops", async (_, act) => {
  const plant = [
    `CREATE FUNCTION public.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE $act$${act}$act$; RETURN NULL; END $$`,
    "CREATE TRIGGER planted AFTER INSERT ON public.birth_registry FOR EACH ROW EXECUTE FUNCTION public.planted()",
  ];
  const verdict = await after(plant, async () => {
    const baseline = await changesNow();
    await admin.query(
      "INSERT INTO public.birth_registry (unit_id, canonical_address, unit_kind, born_by) VALUES (gen_random_uuid(), 'X/1', 'law_unit', 'x')",
    );
    return judgeChanges(changesBetween(baseline, await changesNow()), [
      { table: "public.birth_registry", ins: 1, upd: 0, del: 0 },
    ]);
  });
  expect(verdict?.code).toBe("STOP_INVARIANT_FAILED");
  expect(
    verdict?.facts.details?.some((line) => line.startsWith("pg_catalog.")),
    verdict?.facts.details?.join("\n"),
  ).toBe(true);
});

test("a deferred trigger that updates a bystander is seen once constraints are made immediate", async () => {
  const plant = [
    "CREATE FUNCTION public.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN UPDATE public.bystander SET id = 2; RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON public.information_unit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.planted()",
  ];
  await after(plant, async () => {
    const baseline = await changesNow();
    await admin.query(ONE_UNIT);
    const prediction = ["information_unit", "unit_version", "birth_registry"].map((table) => ({
      table: `public.${table}`,
      ins: 1,
      upd: 0,
      del: 0,
    }));
    expect(judgeChanges(changesBetween(baseline, await changesNow()), prediction)).toBeUndefined();
    await admin.query("SET CONSTRAINTS ALL IMMEDIATE");
    expect(judgeChanges(changesBetween(baseline, await changesNow()), prediction)?.facts.details).toEqual([
      "public.bystander: 0 inserted, 1 updated, 0 deleted, predicted no change",
    ]);
  });
});

test("server identity answers every login role of ours with what this session is", async () => {
  for (const role of ["cutter_exec", "cutter_verify", "cutter_backup"] as const) {
    const client = await db.connect(role);
    expect(await only("server-identity", [], client)).toMatchObject({
      session_user: role,
      database: db.name,
      timeline: 1,
      in_recovery: false,
      session_replication_role: "origin",
      track_counts: "on",
    });
    await client.end();
  }
});

test("a missing role, a missing function and a missing table are named by the precheck statements", async () => {
  const roles = await ask<RoleFact & pg.QueryResultRow>("precheck/roles", [["cutter_exec", "cutter_nobody"]]);
  expect(roles).toMatchObject([
    { role: "cutter_exec", present: true, can_login: true, superuser: false, connection_limit: 12 },
    { role: "cutter_nobody", present: false },
  ]);
  const scope = {
    schemas: ["public", "nowhere"],
    relations: ["public.information_unit", "public.nothing"],
    functions: [
      "public.fn_iu_create",
      "public.fn_content_hash(text)",
      "public.fn_content_hash(bytea, integer)",
      "public.fn_nothing(text)",
    ],
  };
  const missing = await after(["SET LOCAL search_path = pg_catalog"], () =>
    ask<MissingObject & pg.QueryResultRow>("precheck/missing-objects", [scope]),
  );
  expect(missing).toEqual([
    { kind: "function", identity: "public.fn_content_hash(bytea, integer)" },
    { kind: "function", identity: "public.fn_nothing(text)" },
    { kind: "relation", identity: "public.nothing" },
    { kind: "schema", identity: "nowhere" },
  ]);
});
