// What somebody can do with nothing but cutter_exec's password and psql, also while an admitted run waits to be cut.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { execa } from "execa";
import { ENDING_MILLISECONDS } from "../support/cluster.ts";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import { everyRow } from "../support/principals.ts";
import { admitCut, anyReviewDecision, openRun, PAYLOAD_SHAS, reachGate, sha } from "../support/run-by-sql.ts";
import type { RunByHand, UnitByHand } from "../support/run-by-sql.ts";

let db: FreshDatabase;

/** Runs a script with the real psql as cutter_exec; answers `accepted`, the stop code, or the SQLSTATE. */
async function psql(script: string, role: "cutter_exec" | "cutter_verify" = "cutter_exec"): Promise<string> {
  const to = db.settings(role);
  const start = () =>
    execa(join(db.cluster.binDir, "psql"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"], {
      input: script,
      reject: false,
      extendEnv: false,
      env: {
        PGHOST: to.host,
        PGPORT: String(to.port),
        PGDATABASE: to.database,
        PGUSER: to.user,
        PGPASSWORD: to.password,
        LC_ALL: "C",
      },
    });
  let done = await start();
  // On a busy machine the server counts a psql that has ended a moment longer.
  for (
    const began = Date.now();
    done.stderr.includes("too many connections for role") && Date.now() - began < ENDING_MILLISECONDS;
  )
    done = await start();
  if (done.exitCode === 0) return "accepted";
  const refusal = /ERROR:\s+(\w{5}):\s+(\S+)/.exec(done.stderr);
  if (!refusal) throw new Error(`psql failed without an SQL error: ${done.stderr}`);
  return refusal[1] === "CUT01" ? String(refusal[2]) : String(refusal[1]);
}

const create = (u: UnitByHand & { readonly author?: string }): string =>
  `SELECT public.fn_iu_create('${u.canonical_address}', '${u.title}', '${u.body}', '${u.author ?? "operator"}', '${u.unit_kind}', '${u.section_type}', '${u.owner_ref}', '${u.publication_type}',` +
  ` (SELECT id FROM public.information_unit WHERE canonical_address = ${u.parent_address === null ? "NULL" : `'${u.parent_address}'`}));\n`;
const begin = (run: RunByHand, phase: string): string =>
  `SELECT cutter_runtime.begin_effect('${run.runId}', '${phase}', ${run.epoch}, '${sha("in")}', '${JSON.stringify(PAYLOAD_SHAS)}', 60);\n`;
const end = (run: RunByHand, phase: string): string =>
  `SELECT cutter_runtime.end_effect('${run.runId}', '${phase}', ${run.epoch}, '${sha("out")}', '{}');\n`;
const whole = (run: RunByHand): string => run.units.map(create).join("");
const legA = (run: RunByHand, work: string): string =>
  `BEGIN;\n${begin(run, "cut_leg_a")}${work}${end(run, "cut_leg_a")}COMMIT;\n`;

describe("inside the time window of an admitted cut", () => {
  let run: RunByHand;
  let waiting: RunByHand;
  let first: UnitByHand;
  let decision: string;
  let before: string;

  // Every attack must leave the database as it was, so all of them can share one.
  beforeAll(async () => {
    db = await freshDatabase();
    const [exec, gate] = [await db.connect("cutter_exec"), await db.connect("cutter_gate")];
    run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admitCut(gate, run);
    waiting = await openRun(exec, "WAITING");
    await reachGate(exec, waiting);
    await exec.end();
    await gate.end();
    const [unit] = run.units;
    if (!unit) throw new Error("the plan has no unit");
    first = unit;
    decision = await anyReviewDecision(db);
    before = await everyRow(db);
  });
  afterEach(async () => {
    expect(await everyRow(db)).toBe(before);
  });
  afterAll(() => db.drop());

  const enact = (address: string): string => `SELECT public.fn_iu_enact('${address}', 'x', '${decision}');\n`;
  const foreignDraft = async (): Promise<string> =>
    String(
      (
        await db.rows<{ a: string }>(
          "SELECT canonical_address AS a FROM public.information_unit WHERE lifecycle_status = 'draft' ORDER BY 1 LIMIT 1",
        )
      )[0]?.a,
    );

  it("no unit is created outside an effect: not a new one, not a planned one, not one of the Constitution", async () => {
    const icx = { ...first, canonical_address: "ICX-CONST/DIEU-999" };
    for (const unit of [first, icx, { ...first, canonical_address: "NEW/S-1" }]) {
      expect(await psql(create(unit)), unit.canonical_address).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    }
  });

  it("inside an effect nothing is created that is not planned, and nothing of another document", async () => {
    expect(await psql(legA(run, whole(run) + create({ ...first, canonical_address: "SAMPLE/S-2" })))).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await psql(legA(run, whole(run) + create({ ...first, canonical_address: "ICX-CONST/DIEU-999" })))).toBe(
      "STOP_EXECUTION_NOT_AUTHORIZED",
    );
  });

  it("a planned unit with another text, title, type, owner, publication, author or parent is refused", async () => {
    const second = run.units[1];
    if (!second) throw new Error("the plan has one unit only");
    const altered: (UnitByHand & { readonly author?: string })[] = [
      { ...second, body: "Nội dung khác." },
      { ...second, title: "Tên khác" },
      { ...second, section_type: "principle" },
      { ...second, parent_address: null },
      { ...second, owner_ref: "thief" },
      { ...second, author: "directus/chief-justice" },
      { ...second, publication_type: "" },
    ];
    for (const unit of altered) {
      const units = run.units.map((planned) => (planned.ordinal === unit.ordinal ? unit : planned));
      expect(await psql(legA(run, units.map(create).join(""))), JSON.stringify(unit)).toBe("STOP_INVARIANT_FAILED");
    }
  });

  it("nothing is enacted: no foreign draft outside or inside an effect, no planned unit during leg A", async () => {
    const foreign = await foreignDraft();
    expect(await psql(enact(foreign))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    expect(await psql(legA(run, whole(run) + enact(foreign)))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    expect(await psql(legA(run, create(first) + enact(first.canonical_address)))).toBe("STOP_INVARIANT_FAILED");
  });

  it("no record is written directly, by INSERT, UPDATE, DELETE or TRUNCATE", async () => {
    const statements = [
      `INSERT INTO cutter_runtime.phase_done (run_id, phase, epoch, input_sha, output_sha, output) VALUES ('${run.runId}', 'write_verify', 1, '${sha("a")}', '${sha("b")}', '{}')`,
      `INSERT INTO cutter_runtime.admission SELECT '${"e".repeat(32)}', gate, '${waiting.runId}', payload_sha, person, fingerprint, statement, signature, payload, valid_from, use_by FROM cutter_runtime.admission`,
      `INSERT INTO cutter_runtime.admission_use SELECT nonce, run_id, 'cut_leg_a' FROM cutter_runtime.admission`,
      `INSERT INTO cutter_runtime.planned_unit SELECT run_id, canonical_address || 'x', ordinal + 100, title_sha, content_hash, section_type, unit_kind, owner_ref, publication_type, parent_address, source_span, affected_row_id FROM cutter_runtime.planned_unit`,
      "INSERT INTO cutter_runtime.halt (kind, lifts, reason, actor) VALUES ('lift', '{1}', 'r', 'a')",
      "INSERT INTO cutter_governance.verify_result SELECT * FROM cutter_governance.verify_result",
      "UPDATE cutter_runtime.run SET closed = now(), close_kind = 'voided'",
      "UPDATE cutter_runtime.run SET state = 'write_verified'",
      "UPDATE cutter_runtime.lease SET effect_xid = pg_current_xact_id(), effect_phase = 'cut_leg_a'",
      "DELETE FROM cutter_runtime.revocation",
      "TRUNCATE cutter_runtime.admission_use",
      "UPDATE public.information_unit SET lifecycle_status = 'enacted'",
      "UPDATE public.dot_config SET value = 'observe'",
    ];
    for (const sql of statements) expect(await psql(`${sql};`), sql).toBe("42501");
  });

  it("the verifier's record cannot be made by cutter_exec through any function", async () => {
    const ids = `'${run.runId}', 'write_verify', ${run.epoch}`;
    expect(await psql(`SELECT cutter_runtime.record_phase(${ids}, '${sha("a")}', '${sha("b")}', '{}');`)).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await psql(`BEGIN; ${begin(run, "write_verify")}ROLLBACK;`)).toBe("STOP_INVARIANT_FAILED");
    expect(await psql(`BEGIN; ${begin(run, "cut_leg_a")}${end(run, "write_verify")}COMMIT;`)).toBe("STOP_FENCED");
  });

  it.each([
    ["cutter_exec", "verifier", "DOT-991"],
    ["cutter_exec", "executor", "DOT-992"],
    ["cutter_verify", "executor", "DOT-991"],
  ] as const)("%s leaves no mark as %s %s in the ledger", async (role, kind, dot) => {
    const mark =
      "INSERT INTO cutter_governance.dot_pair_signature (signature_id, signature_kind, signer_dot_id, signer_identity, signer_tool_revision, payload_hash)" +
      ` VALUES (gen_random_uuid(), '${kind}', '${dot}', 'x', 'r', 'h');`;
    expect(await psql(mark, role)).toBe("STOP_INVARIANT_FAILED");
  });

  it("the gate's, the halt's and the inner functions are not callable", async () => {
    const calls = [
      `cutter_runtime.admit('EXECUTION', '${waiting.runId}', '{}', 'a', 'p', 'f', 'n', '', '', now(), now(), NULL)`,
      "cutter_runtime.revoke('run', 'x', 'p', 'f', '', '')",
      "cutter_runtime.lift_halt('{1}', '', '', 'p')",
      `cutter_runtime.order_revert('${run.runId}', 'a', 'r', 'retired')`,
      "cutter_runtime.request_halt(NULL, 'r', 'a')",
      "cutter_runtime.acknowledge_halt()",
      `cutter_runtime.extend_lease('${run.runId}', 1)`,
      "cutter_runtime.stop('STOP_HALTED', 'a', 'b')",
    ];
    for (const call of calls) expect(await psql(`SELECT ${call};`), call).toBe("42501");
  });

  it("the admissions of one run do not open another", async () => {
    expect(await psql(`BEGIN; ${begin(waiting, "cut_leg_a")}ROLLBACK;`)).toBe("STOP_APPROVAL_REQUIRED");
    expect(await psql(legA(run, whole(run) + create({ ...first, canonical_address: "WAITING/S-1" })))).toBe(
      "STOP_EXECUTION_NOT_AUTHORIZED",
    );
  });

  it("nothing is reverted outside a revert effect", async () => {
    const revert = `SELECT public.fn_iu_revert_run('${run.runId}', 'x', 'because');\n`;
    expect(await psql(revert)).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    expect(await psql(legA(run, create(first) + revert))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    expect(await psql(`BEGIN; ${begin(run, "revert")}ROLLBACK;`)).toBe("STOP_INVARIANT_FAILED");
  });

  it("a begun effect does not commit without its end, also when its triggers are fired early or its savepoint is undone", async () => {
    expect(await psql(`BEGIN;\n${begin(run, "cut_leg_a")}${whole(run)}COMMIT;`)).toBe("STOP_INVARIANT_FAILED");
    expect(await psql(`BEGIN;\n${begin(run, "cut_leg_a")}SET CONSTRAINTS ALL IMMEDIATE;\n${whole(run)}COMMIT;`)).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await psql(`BEGIN;\nSAVEPOINT s;\n${begin(run, "cut_leg_a")}ROLLBACK TO s;\n${create(first)}COMMIT;`)).toBe(
      "STOP_EXECUTION_NOT_AUTHORIZED",
    );
  });

  it("a block that swallows its own refusal keeps no row of what was refused", async () => {
    const icx = create({ ...first, canonical_address: "ICX-CONST/DIEU-999" }).replace(/^SELECT/u, "PERFORM");
    const swallowed = (work: string): string =>
      `DO $$ BEGIN BEGIN ${work} SET CONSTRAINTS ALL IMMEDIATE; EXCEPTION WHEN OTHERS THEN NULL; END; END $$;\n`;
    // The block is accepted; that no row stands afterwards is looked at behind every one of these tests.
    expect(await psql(swallowed(icx))).toBe("accepted");
    expect(await psql(`BEGIN;\n${swallowed(icx)}${swallowed(icx)}COMMIT;\n`)).toBe("accepted");
    const units = await db.rows("SELECT FROM public.information_unit WHERE canonical_address = 'ICX-CONST/DIEU-999'");
    expect(units).toHaveLength(0);
    // And a swallowed refusal is none of the rows that an effect was to write.
    expect(await psql(legA(run, swallowed(icx)))).toBe("STOP_INVARIANT_FAILED");
  });

  it("firing the deferred triggers early opens no gap for what comes after them", async () => {
    const late = create({ ...first, canonical_address: "SAMPLE/S-2" });
    // Only our triggers are set to fire at once: with all of them the system's own anchor key refuses first.
    const ours = "SET CONSTRAINTS public.trg_iu_cut_admission, public.trg_uv_cut_admission IMMEDIATE;\n";
    expect(
      await psql(`BEGIN;\n${begin(run, "cut_leg_a")}${whole(run)}${end(run, "cut_leg_a")}${ours}${late}COMMIT;`),
    ).toBe("STOP_INVARIANT_FAILED");
    const deferredAgain = `SET CONSTRAINTS ALL IMMEDIATE;\nSET CONSTRAINTS ALL DEFERRED;\n${late}`;
    expect(
      await psql(`BEGIN;\n${begin(run, "cut_leg_a")}${whole(run)}${end(run, "cut_leg_a")}${deferredAgain}COMMIT;`),
    ).toBe("STOP_INVARIANT_FAILED");
  });

  it("an old epoch, another identity, replica mode, a forged marker and shadowing temporary objects do not help", async () => {
    expect(
      await psql(
        `SELECT cutter_runtime.append_journal('${run.runId}', 0, 1, '${"0".repeat(64)}', '${sha("e")}', '{}');`,
      ),
    ).toBe("STOP_FENCED");
    for (const sql of [
      "SET session_replication_role = replica",
      "SET SESSION AUTHORIZATION directus",
      "SET ROLE cutter_owner",
      "SET ROLE directus",
      "ALTER ROLE cutter_exec SET session_replication_role = replica",
    ]) {
      expect(["42501", "22023"], sql).toContain(await psql(`${sql};`));
    }
    expect(
      await psql(
        "SET app.canonical_writer = 'fn_iu_revert_run'; UPDATE public.information_unit SET lifecycle_status = 'retired';",
      ),
    ).toBe("42501");
    const shadows =
      "CREATE TEMP TABLE lease AS SELECT * FROM cutter_runtime.lease; UPDATE pg_temp.lease SET effect_xid = pg_current_xact_id(), effect_phase = 'cut_leg_a';\n" +
      "CREATE TEMP TABLE planned_unit AS SELECT * FROM cutter_runtime.planned_unit; SET search_path = pg_temp, cutter_runtime, public;\n";
    expect(await psql(`BEGIN;\n${shadows}${create(first)}COMMIT;`)).toBe("STOP_INVARIANT_FAILED");
  });

  it("a type of the intruder's own does not make fn_iu_create run the intruder's code as the owner of the tables", async () => {
    // pg_temp is searched first for types by every function that does not name it last, and fn_iu_create does not.
    const own =
      "CREATE FUNCTION pg_temp.as_owner(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN\n" +
      "  IF current_user = 'directus' THEN EXECUTE 'ALTER TABLE public.information_unit DISABLE TRIGGER trg_iu_cut_admission'; END IF; RETURN true;\n" +
      "EXCEPTION WHEN object_in_use THEN RETURN true; END $$;\nCREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.as_owner(VALUE));\n";
    expect(await psql(own + create({ ...first, canonical_address: "ICX-CONST/DIEU-999" }))).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(
      await db.rows("SELECT tgname FROM pg_trigger WHERE tgname LIKE '%cut_admission%' AND tgenabled <> 'A'"),
    ).toEqual([]);
  });

  it.each([
    "CREATE TEMP TABLE t (n int)",
    "SELECT 1 AS n INTO TEMP t",
    "CREATE TEMP VIEW t AS SELECT 1 AS n",
    "CREATE TEMP SEQUENCE t",
    "CREATE TYPE pg_temp.t AS (n int)",
    "CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DO $$ BEGIN CREATE TEMP TABLE t (n int); END $$",
    "ALTER TABLE public.information_unit DISABLE TRIGGER ALL",
  ])("no definition is made or changed: %s", async (sql) => {
    for (const role of ["cutter_exec", "cutter_verify"] as const)
      expect(await psql(`${sql};`, role)).toBe("STOP_INVARIANT_FAILED");
  });
});
