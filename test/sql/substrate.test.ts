// The rebuilt existing system behaves as the real one is known to: its numbers, refusals, statuses and missing rights.
import type pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import type { LoginRole } from "../support/cluster.ts";
import { OTHER_REGISTRIES } from "../support/other-registries.ts";

const LEDGER = {
  canonical_address_alias: 9,
  cut_change_set: 24,
  cut_change_set_affected_row: 8,
  decision_backlog_dependency: 6,
  decision_backlog_entry: 6,
  decision_backlog_history: 9,
  decision_backlog_sweep_log: 10,
  dot_pair_signature: 16,
  manifest_envelope: 12,
  manifest_unit_block: 13,
  review_decision: 25,
  verify_result: 26,
};
const CREATE = "SELECT fn_iu_create($1, 'Điều mới', 'Nội dung.', 'tester', 'law_unit', $2, 'owner', 'law') AS answer";

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase({ packages: [] });
});
afterAll(async () => {
  await db.drop();
});

// Every test undoes what it did, so that none depends on another.
let open: pg.Client[] = [];
afterEach(async () => {
  await Promise.all(
    open.map(async (client) => {
      await client.query("ROLLBACK");
      await client.end();
    }),
  );
  open = [];
});
async function begin(role?: LoginRole): Promise<pg.Client> {
  const client = await db.connect(role);
  open.push(client);
  await client.query("BEGIN");
  return client;
}
async function status(client: pg.Client, address: string, sectionType = "article"): Promise<unknown> {
  const { rows } = await client.query<{ answer: { status: string } }>(CREATE, [address, sectionType]);
  return rows[0]?.answer.status;
}
/** Switches triggers off for this transaction, to make broken states on purpose. */
const withoutTriggers = (client: pg.Client): Promise<unknown> =>
  client.query("SET LOCAL session_replication_role = replica");

test("the unit tables hold 158 units, 165 versions and 60 log rows", async () => {
  const [counts] = await db.rows(`SELECT (SELECT count(*)::int FROM information_unit) AS units,
    (SELECT count(*)::int FROM unit_version) AS versions, (SELECT count(*)::int FROM iu_lifecycle_log) AS log,
    (SELECT count(*)::int FROM birth_registry) AS births`);
  expect(counts).toEqual({ units: 158, versions: 165, log: 60, births: 158 });
});

test("the ledger holds 2 change sets, 3 review decisions and 2 verify results", async () => {
  const [counts] = await db.rows(`SELECT (SELECT count(*)::int FROM cutter_governance.cut_change_set) AS change_sets,
    (SELECT count(*)::int FROM cutter_governance.review_decision) AS decisions,
    (SELECT count(*)::int FROM cutter_governance.verify_result) AS results`);
  expect(counts).toEqual({ change_sets: 2, decisions: 3, results: 2 });
});

test("the Constitution has 60 enacted units of the known kinds and the other documents are drafts", async () => {
  expect(
    await db.rows(`SELECT section_type, lifecycle_status AS status, count(*)::int AS units FROM information_unit
    WHERE doc_code = 'ICX-CONST' GROUP BY 1, 2 ORDER BY 1`),
  ).toEqual([
    { section_type: "article", status: "enacted", units: 42 },
    { section_type: "principle", status: "enacted", units: 15 },
    { section_type: "section", status: "enacted", units: 3 },
  ]);
  expect(
    await db.rows(`SELECT doc_code, count(*)::int AS units FROM information_unit WHERE lifecycle_status = 'draft'
    GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { doc_code: "DIEU-28", units: 27 },
    { doc_code: "DIEU-32", units: 23 },
    { doc_code: "DIEU-35", units: 36 },
    { doc_code: "PILOT", units: 8 },
    { doc_code: "TEST", units: 4 },
  ]);
});

test("tables have the known numbers of columns and the ledger its 19 foreign keys within the schema", async () => {
  const columns = await db.rows<{ table_name: string; columns: number }>(
    `SELECT table_name, count(*)::int AS columns
    FROM information_schema.columns WHERE (table_schema = 'public' AND table_name IN ('information_unit', 'unit_version'))
    OR (table_schema = 'cutter_governance' AND table_name NOT LIKE 'v\\_%' AND table_name <> ALL ($1)) GROUP BY 1`,
    [Object.keys(OTHER_REGISTRIES)],
  );
  expect(Object.fromEntries(columns.map((row) => [row.table_name, row.columns]))).toEqual({
    ...LEDGER,
    information_unit: 19,
    unit_version: 16,
    source_document_registry: 5,
    source_document_version_registry: 6,
  });
  const [keys] = await db.rows(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE f.relnamespace <> c.connamespace)::int AS across
    FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype = 'f' AND c.connamespace = 'cutter_governance'::regnamespace AND t.relname = ANY ($1)`,
    [Object.keys(LEDGER)],
  );
  expect(keys).toEqual({ all: 19, across: 0 });
});

test("the other ten registries hold the seed of 31 rows in eight tables", async () => {
  const counts = await db.rows<{ name: string; rows: number }>(
    Object.keys(OTHER_REGISTRIES)
      .map((name) => `SELECT '${name}' AS name, count(*)::int AS rows FROM cutter_governance.${name}`)
      .join(" UNION ALL "),
  );
  expect(Object.fromEntries(counts.map((one) => [one.name, one.rows]))).toEqual(OTHER_REGISTRIES);
  expect(counts.reduce((sum, one) => sum + one.rows, 0)).toBe(31);
});

test("directus owns schema public's objects and workflow_admin the ledger", async () => {
  expect(
    await db.rows(`SELECT relnamespace::regnamespace::text AS schema, pg_get_userbyid(relowner) AS owner, count(*)::int AS tables
    FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'cutter_governance') GROUP BY 1, 2 ORDER BY 1`),
  ).toEqual([
    { schema: "cutter_governance", owner: "workflow_admin", tables: 24 },
    { schema: "public", owner: "directus", tables: 6 },
  ]);
});

test.each(["information_unit", "unit_version"])(
  "the owner's own UPDATE of %s is refused without a marker",
  async (table) => {
    const client = await begin("directus");
    await expect(client.query(`UPDATE ${table} SET created_by = 'x' WHERE lifecycle_status = 'draft'`)).rejects.toThrow(
      /write guard: direct UPDATE/,
    );
  },
);

test.each([
  [
    "information_unit",
    "INSERT INTO information_unit (canonical_address, unit_kind, owner_ref, created_by, updated_by) VALUES ('X/1', 'law_unit', 'o', 'c', 'c')",
  ],
  [
    "unit_version",
    "INSERT INTO unit_version (unit_id, body, content_hash, version_seq, created_by) SELECT id, 'b', 'h', 9, 'c' FROM information_unit LIMIT 1",
  ],
])("the owner's own INSERT into %s is refused without a marker", async (_table, sql) => {
  const client = await begin("directus");
  await expect(client.query(sql)).rejects.toThrow(/write guard: direct INSERT/);
});

test("a marker that the policy does not list opens nothing", async () => {
  const client = await begin("directus");
  await client.query("SET LOCAL app.canonical_writer = 'fn_iu_forged'");
  await expect(
    client.query("UPDATE information_unit SET owner_ref = 'x' WHERE canonical_address = 'PILOT/P-2'"),
  ).rejects.toThrow(/write guard/);
});

test("the writer leaves no marker behind for the rest of its transaction", async () => {
  const client = await begin("directus");
  expect(await status(client, "NEW/A-1")).toBe("created");
  await expect(
    client.query("UPDATE information_unit SET owner_ref = 'x' WHERE canonical_address = 'NEW/A-1'"),
  ).rejects.toThrow(/write guard/);
});

test("cutter_exec creates a unit whose hash, titles, address parts and birth row are as the facts say", async () => {
  const client = await begin("cutter_exec");
  expect(await status(client, "NEW/S-1/A-2")).toBe("created");
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  const { rows } =
    await client.query(`SELECT u.doc_code, u.section_type, u.section_code, u.sort_order, u.lifecycle_status,
      u.identity_profile, v.title, v.version_seq, v.content_hash = encode(sha256(convert_to('Nội dung.', 'UTF8')), 'hex') AS hashed,
      u.content_anchor_ref = v.id::text AND u.version_anchor_ref = v.id AS anchored
    FROM information_unit u JOIN unit_version v ON v.unit_id = u.id WHERE u.canonical_address = 'NEW/S-1/A-2'`);
  expect(rows).toEqual([
    {
      doc_code: "NEW",
      section_type: "article",
      section_code: "S-1/A-2",
      sort_order: null,
      lifecycle_status: "draft",
      title: null,
      version_seq: 1,
      hashed: true,
      anchored: true,
      identity_profile: {
        title: "Điều mới",
        owner_lookup_ref: "owner",
        primary_section_type_ref: "article",
        publication_type_ref: "law",
        publication_authority_ref: "owner",
      },
    },
  ]);
});

test.each([
  ["exists_complete", "SELECT 1"],
  ["exists_missing_birth", "DELETE FROM birth_registry WHERE canonical_address = 'PILOT/P-3'"],
  [
    "exists_missing_version",
    "DELETE FROM unit_version WHERE unit_id = (SELECT id FROM information_unit WHERE canonical_address = 'PILOT/P-3')",
  ],
  [
    "exists_anchor_invalid",
    "UPDATE information_unit SET content_anchor_ref = NULL WHERE canonical_address = 'PILOT/P-3'",
  ],
  [
    "exists_duplicate_version",
    `INSERT INTO unit_version (unit_id, body, content_hash, version_seq, created_by)
    SELECT unit_id, body, content_hash, 2, 'x' FROM unit_version v JOIN information_unit u ON u.id = v.unit_id WHERE canonical_address = 'PILOT/P-3'`,
  ],
  [
    "exists_unknown_state",
    "UPDATE information_unit SET lifecycle_status = 'odd' WHERE canonical_address = 'PILOT/P-3'",
  ],
])("creating a unit that exists answers %s and writes nothing", async (word, damage) => {
  const client = await begin();
  await withoutTriggers(client);
  await client.query(damage);
  await client.query("SET LOCAL session_replication_role = origin");
  expect(await status(client, "PILOT/P-3")).toBe(word);
  const { rows } = await client.query("SELECT count(*)::int AS units FROM information_unit");
  expect(rows).toEqual([{ units: 158 }]);
});

test.each([
  ["", "t", "b", "a", /canonical_address required/],
  ["X/1", "", "b", "a", /title required/],
  ["X/1", "t", " \n", "a", /body required/],
  ["X/1", "t", "b", "", /actor required/],
])("the writer and its plan refuse a missing input (%j, %j, %j, %j)", async (address, title, body, actor, message) => {
  for (const name of ["fn_iu_create", "fn_iu_create_plan"]) {
    await expect(db.rows(`SELECT ${name}($1, $2, $3, $4)`, [address, title, body, actor])).rejects.toThrow(message);
  }
});

test("the plan twin answers plan_ok with the resolved defaults and writes nothing", async () => {
  const [row] = await db.rows<{ plan: unknown }>("SELECT fn_iu_create_plan('NEW/1', 't', 'b', 'a') AS plan");
  expect(row?.plan).toMatchObject({
    status: "plan_ok",
    unit_kind: "law_unit",
    section_type: "section",
    owner_ref: "a",
  });
});

test("a word outside the vocabulary is refused at birth", async () => {
  const client = await begin("cutter_exec");
  await expect(status(client, "NEW/A-1", "chapter")).rejects.toThrow(/section_type "chapter" not in vocabulary/);
});

test("a unit without anchors is refused when its transaction commits", async () => {
  const client = await begin();
  expect(await status(client, "NEW/A-1")).toBe("created");
  await client.query("SET LOCAL app.canonical_writer = 'fn_iu_create'");
  await client.query("UPDATE information_unit SET content_anchor_ref = NULL WHERE canonical_address = 'NEW/A-1'");
  await expect(client.query("COMMIT")).rejects.toThrow(/birth gate layer 2/);
});
