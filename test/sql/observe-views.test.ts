// What a person with the role cutter_ro can look at: twelve views of the ledger without what they must not tell, and nothing else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { OTHER_REGISTRIES } from "../support/other-registries.ts";

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(async () => {
  await db.drop();
});

/** Rows as cutter_ro, which cannot log in: the superuser puts its role on for one transaction. */
async function asObserver(sql: string): Promise<unknown[]> {
  const client = await db.connect();
  await client.query("BEGIN; SET LOCAL ROLE cutter_ro");
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.query("ROLLBACK");
    await client.end();
  }
}
const OF_SCHEMA = "relnamespace = 'cutter_governance'::regnamespace";
const VISIBLE: Record<string, number> = {
  canonical_address_alias: 7,
  cut_change_set: 19,
  cut_change_set_affected_row: 6,
  decision_backlog_dependency: 6,
  decision_backlog_entry: 4,
  decision_backlog_history: 7,
  decision_backlog_sweep_log: 9,
  dot_pair_signature: 11,
  manifest_envelope: 11,
  manifest_unit_block: 9,
  review_decision: 22,
  verify_result: 23,
};

test("twelve views show 134 of the ledger's 164 columns, each as many as are known", async () => {
  const views = await db.rows<{ of: string; columns: number }>(
    `SELECT substring(relname FROM '^v_(.*)_observe$') AS of, relnatts::int AS columns FROM pg_class WHERE ${OF_SCHEMA} AND relkind = 'v'`,
  );
  expect(Object.fromEntries(views.map((view) => [view.of, view.columns]))).toEqual(VISIBLE);
});

test.each([
  ["cut_change_set", "rollback_key"],
  ["cut_change_set", "idempotency_key"],
  ["dot_pair_signature", "payload_hash"],
  ["dot_pair_signature", "signature_payload"],
  ["cut_change_set_affected_row", "before_state_snapshot"],
  ["cut_change_set_affected_row", "after_state_snapshot"],
  ["review_decision", "findings"],
  ["review_decision", "reviewer_identity"],
  ["verify_result", "verdict_rationale"],
  ["decision_backlog_history", "rationale"],
])("an observer of %s does not see %s", async (table, column) => {
  await expect(asObserver(`SELECT ${column} FROM cutter_governance.v_${table}_observe`)).rejects.toThrow(
    `column "${column}" does not exist`,
  );
});

test("an observer reads every view and sees the rows of the ledger", async () => {
  for (const table of Object.keys(VISIBLE)) {
    const [seen] = await asObserver(`SELECT count(*) AS n FROM cutter_governance.v_${table}_observe`);
    expect([seen], table).toEqual(await db.rows(`SELECT count(*) AS n FROM cutter_governance.${table}`));
  }
  expect(await asObserver("SELECT count(*)::int AS n FROM cutter_governance.v_cut_change_set_observe")).toEqual([
    { n: 2 },
  ]);
});

test("an observer has no right on any table and can write through no view", async () => {
  const tables = await db.rows<{
    name: string;
  }>(`SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'cutter_governance'::regnamespace)
    AND has_table_privilege('cutter_ro', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`);
  expect(tables).toEqual([]);
  await expect(asObserver("SELECT FROM cutter_governance.review_decision")).rejects.toThrow("permission denied");
  await expect(asObserver("DELETE FROM cutter_governance.v_review_decision_observe")).rejects.toThrow(
    "permission denied",
  );
});

test("nobody but their owner has a right on the ten registries that no cut reads", async () => {
  expect(
    await db.rows(
      `SELECT c.relname, a.grantee::regrole::text AS grantee FROM pg_class c, aclexplode(c.relacl) a
    WHERE ${OF_SCHEMA} AND relkind = 'r' AND relname = ANY ($1) AND a.grantee <> c.relowner`,
      [Object.keys(OTHER_REGISTRIES)],
    ),
  ).toEqual([]);
});
