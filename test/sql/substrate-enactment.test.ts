// Enactment, immutability and rights of the rebuilt existing system.
import type pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import type { LoginRole } from "../support/cluster.ts";

const ENACTMENT = "af323ae3-39a5-4958-95b8-5acfba8f6984";
const ENACT = "SELECT fn_iu_enact($1, 'tester', $2, 'enacted', NULL, 'because', 'rev', $3) AS answer";

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase({ packages: [] });
});
afterAll(async () => {
  await db.drop();
});

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
async function enact(client: pg.Client, address: string, decision: string | null, dryRun = false): Promise<unknown> {
  const { rows } = await client.query<{ answer: { status: string } }>(ENACT, [address, decision, dryRun]);
  return rows[0]?.answer.status;
}

test("cutter_exec enacts a draft under a decision, and unit, version and log say so", async () => {
  const client = await begin("cutter_exec");
  expect(await enact(client, "PILOT/P-4", ENACTMENT)).toBe("enacted");
  const { rows } =
    await client.query(`SELECT u.lifecycle_status AS unit, v.lifecycle_status AS version, v.enacted_at IS NOT NULL AS dated,
      l.from_status, l.to_status, l.review_decision_id, l.reason, l.tool_revision
    FROM information_unit u JOIN unit_version v ON v.id = u.version_anchor_ref JOIN iu_lifecycle_log l ON l.unit_id = u.id
    WHERE u.canonical_address = 'PILOT/P-4'`);
  expect(rows).toEqual([
    {
      unit: "enacted",
      version: "enacted",
      dated: true,
      from_status: "draft",
      to_status: "enacted",
      review_decision_id: ENACTMENT,
      reason: "because",
      tool_revision: "rev",
    },
  ]);
});

test("a dry run of enactment answers dry_run_ok and changes nothing", async () => {
  const client = await begin("cutter_exec");
  expect(await enact(client, "PILOT/P-4", ENACTMENT, true)).toBe("dry_run_ok");
  const { rows } = await client.query(
    "SELECT lifecycle_status FROM information_unit WHERE canonical_address = 'PILOT/P-4'",
  );
  expect(rows).toEqual([{ lifecycle_status: "draft" }]);
});

test.each([
  ["no decision", null, /review_decision_id required/],
  ["an unknown decision", "11111111-1111-4111-8111-111111111111", /does not exist/],
])("enactment with %s is refused", async (_case, decision, message) => {
  const client = await begin("cutter_exec");
  await expect(enact(client, "PILOT/P-4", decision)).rejects.toThrow(message);
});

test("enactment under a decision that says revert is refused", async () => {
  const client = await begin();
  await client.query("UPDATE cutter_governance.review_decision SET verdict = 'revert' WHERE review_decision_id = $1", [
    ENACTMENT,
  ]);
  await expect(enact(client, "PILOT/P-4", ENACTMENT)).rejects.toThrow(/does not approve/);
});

test("a unit whose body no longer matches its hash cannot be enacted", async () => {
  const client = await begin();
  await client.query("SET LOCAL session_replication_role = replica");
  await client.query(
    "UPDATE unit_version SET body = 'forged' WHERE unit_id = (SELECT id FROM information_unit WHERE canonical_address = 'PILOT/P-4')",
  );
  await client.query("SET LOCAL session_replication_role = origin");
  await expect(enact(client, "PILOT/P-4", ENACTMENT)).rejects.toThrow(/invariants of PILOT\/P-4 broken.*content_hash/);
});

test("enacting twice answers already_enacted", async () => {
  const client = await begin("cutter_exec");
  expect(await enact(client, "ICX-CONST/NT-1", ENACTMENT)).toBe("already_enacted");
});

test.each([
  ["UPDATE information_unit SET owner_ref = 'x' WHERE canonical_address = 'ICX-CONST/NT-1'"],
  ["UPDATE information_unit SET parent_or_container_ref = id WHERE canonical_address = 'ICX-CONST/NT-1'"],
  ["UPDATE information_unit SET lifecycle_status = 'draft' WHERE canonical_address = 'ICX-CONST/NT-1'"],
  ["UPDATE unit_version SET body = 'x' WHERE lifecycle_status = 'enacted'"],
  ["DELETE FROM information_unit WHERE canonical_address = 'ICX-CONST/NT-1'"],
  ["DELETE FROM unit_version WHERE lifecycle_status = 'enacted'"],
])("what is enacted cannot be changed even by a superuser with a marker: %s", async (sql) => {
  const client = await begin();
  await client.query("SET LOCAL app.canonical_writer = 'fn_iu_create'");
  await expect(client.query(sql)).rejects.toThrow(/is immutable/);
});

test("both immutability triggers are enabled in mode O", async () => {
  expect(
    await db.rows(
      `SELECT tgname, tgenabled FROM pg_trigger WHERE tgname IN ('trg_iu_enacted_immut', 'trg_uv_enacted_immut') ORDER BY 1`,
    ),
  ).toEqual([
    { tgname: "trg_iu_enacted_immut", tgenabled: "O" },
    { tgname: "trg_uv_enacted_immut", tgenabled: "O" },
  ]);
});

test("an edit gives a draft its next version and moves both anchors", async () => {
  const client = await begin();
  await client.query("SELECT fn_iu_apply_edit_draft('PILOT/P-5', 'Mới.', 'editor')");
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  const { rows } =
    await client.query(`SELECT v.version_seq, v.body, u.updated_by FROM information_unit u JOIN unit_version v ON v.id = u.version_anchor_ref
    WHERE u.canonical_address = 'PILOT/P-5'`);
  expect(rows).toEqual([{ version_seq: 2, body: "Mới.", updated_by: "editor" }]);
});

test("an enacted unit cannot be edited as a draft", async () => {
  await expect(db.rows("SELECT fn_iu_apply_edit_draft('ICX-CONST/NT-1', 'Mới.', 'editor')")).rejects.toThrow(
    /only a draft/,
  );
});

test("the four facts of the grant matrix hold", async () => {
  const [matrix] = await db.rows(`SELECT
    has_function_privilege('cutter_exec', 'fn_iu_create(text, text, text, text, text, text, text, text, uuid)', 'EXECUTE')
      AND has_function_privilege('cutter_exec', 'fn_iu_enact(text, text, uuid, text, uuid, text, text, boolean)', 'EXECUTE') AS execute_canonical,
    has_table_privilege('cutter_verify', 'cutter_governance.verify_result', 'SELECT')
      AND has_table_privilege('cutter_verify', 'cutter_governance.verify_result', 'INSERT') AS verify_verify_result,
    has_table_privilege('directus', 'cutter_governance.review_decision', 'SELECT') AS directus_review_decision,
    NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'cutter_governance'::regnamespace) AS no_public_leak`);
  expect(matrix).toEqual({
    execute_canonical: true,
    verify_verify_result: true,
    directus_review_decision: true,
    no_public_leak: true,
  });
});

test.each([
  ["cutter_exec", "SELECT 1 FROM cutter_governance.verify_result"],
  ["cutter_exec", "SELECT 1 FROM cutter_governance.cut_change_set_affected_row"],
  ["cutter_exec", "SELECT 1 FROM cutter_governance.source_document_registry"],
  ["cutter_exec", "SELECT 1 FROM dot_config"],
  ["cutter_exec", "SELECT 1 FROM birth_registry"],
  [
    "cutter_exec",
    "INSERT INTO iu_lifecycle_log (unit_id, canonical_address, from_status, to_status, actor) SELECT id, 'x', 'a', 'b', 'c' FROM information_unit",
  ],
  ["cutter_exec", "UPDATE cutter_governance.cut_change_set SET state = 'x'"],
  ["cutter_verify", "SELECT 1 FROM cutter_governance.review_decision"],
  ["cutter_verify", "SELECT fn_iu_create('X/1', 't', 'b', 'a')"],
  ["cutter_verify", "SELECT 1 FROM cutter_governance.cut_change_set_affected_row"],
  ["directus", "INSERT INTO cutter_governance.review_decision SELECT * FROM cutter_governance.review_decision"],
  ["context_pack_readonly", "SELECT 1 FROM cutter_governance.review_decision"],
  ["context_pack_readonly", "SELECT fn_content_hash('x')"],
] as const)("%s has no right to: %s", async (role, sql) => {
  const client = await begin(role);
  await expect(client.query(sql)).rejects.toThrow(/permission denied/);
});

test("cutter_exec may insert affected rows although it may not read them", async () => {
  const [rights] = await db.rows(
    `SELECT has_table_privilege('cutter_exec', 'cutter_governance.cut_change_set_affected_row', 'INSERT') AS inserts`,
  );
  expect(rights).toEqual({ inserts: true });
});

test("PUBLIC may execute none of the functions in schema public", async () => {
  expect(
    await db.rows(`SELECT p.oid::regprocedure::text AS function FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0`),
  ).toEqual([]);
});

test("a third connection of cutter_verify is refused", async () => {
  await begin("cutter_verify");
  await begin("cutter_verify");
  await expect(db.connect("cutter_verify")).rejects.toThrow(/too many connections/);
});

test("the reader of context packs gets read-only transactions of five seconds a statement", async () => {
  const client = await begin("context_pack_readonly");
  expect((await client.query("SHOW statement_timeout")).rows).toEqual([{ statement_timeout: "5s" }]);
  await expect(client.query("CREATE TABLE public.x (n int)")).rejects.toThrow(/read-only transaction/);
});
