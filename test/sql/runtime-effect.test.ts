// How an effect ends, and how a halt ends it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import type { FreshDatabase } from "../support/database.ts";
import { admittedRun, begun, lift, openPrincipals, ended, revoke, stateOf } from "../support/principals.ts";
import { appendEntry } from "../support/ledger-by-sql.ts";
import type { Principals } from "../support/principals.ts";
import {
  admit,
  answerOf,
  beginEffect,
  createUnits,
  cutLegA,
  endEffect,
  EXECUTION_SHA,
  newRunId,
  one,
  openRun,
  reachGate,
  reachVerified,
  recordPhase,
  SG_1_SHA,
  sha,
  transaction,
  ZEROS,
} from "../support/run-by-sql.ts";

let world: Principals;
let db: FreshDatabase;
let exec: pg.Client;
let verify: pg.Client;
let gate: pg.Client;
let superuser: pg.Client;

beforeEach(async () => {
  world = await openPrincipals();
  ({ db, exec, verify, gate, superuser } = world);
});
afterEach(() => world.db.drop());

describe("ending an effect", () => {
  it("an effect that began and was not ended does not commit", async () => {
    const run = await admittedRun(world);
    expect(await begun(exec, run, "cut_leg_a")).toBe("accepted");
    expect(await answerOf(transaction(exec, () => beginEffect(exec, run, "cut_leg_a")))).toBe("STOP_INVARIANT_FAILED");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("0");
  });

  it("an end without a beginning, of another phase or in a later transaction is refused", async () => {
    const run = await admittedRun(world);
    expect(await answerOf(endEffect(exec, run, "cut_leg_a"))).toBe("STOP_FENCED");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    expect(await answerOf(endEffect(exec, run, "leg_b_record"))).toBe("STOP_FENCED");
    await exec.query("ROLLBACK");
    await cutLegA(exec, run);
    expect(await answerOf(endEffect(exec, run, "cut_leg_a"))).toBe("STOP_FENCED");
  });

  it("a use_by that passes while the work runs rolls everything back", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, useBy: 2.5 });
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    const late = transaction(exec, async () => {
      await beginEffect(exec, run, "cut_leg_a", undefined, 1);
      await exec.query("SELECT pg_sleep(3)");
      await endEffect(exec, run, "cut_leg_a");
    });
    expect(await answerOf(late)).toBe("STOP_APPROVAL_EXPIRED");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe("0");
  });

  it("a revocation that arrives while the work runs is seen before COMMIT", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, {
      gate: "SG_1_cut_authz",
      person: "an",
      payload_sha: SG_1_SHA,
      fingerprint: "D".repeat(40),
    });
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const gone = ended(exec);
    await revoke(world, "key", "D".repeat(40));
    await gone;
    expect(await begun(await db.connect("cutter_exec"), run, "cut_leg_a")).toBe("STOP_APPROVAL_REVOKED");
  });

  it("what an effect leaves: its record by its own principal, the state, and no right to a second one", async () => {
    const run = await admittedRun(world);
    await reachVerified(exec, verify, run);
    const rows = await db.rows<{ phase: string; principal: string }>(
      "SELECT phase, principal::text FROM cutter_runtime.phase_done WHERE phase IN ('cut_leg_a', 'leg_b_record', 'write_verify') ORDER BY at",
    );
    expect(rows).toEqual([
      { phase: "cut_leg_a", principal: "cutter_exec" },
      { phase: "leg_b_record", principal: "cutter_exec" },
      { phase: "write_verify", principal: "cutter_verify" },
    ]);
    expect(await stateOf(world, run)).toBe("write_verified");
  });

  it("no record of the verifier carries another principal, even if the functions allowed it", async () => {
    const run = await openRun(exec, "SAMPLE");
    const plant = (phase: string, principal: string): Promise<string> =>
      answerOf(
        superuser.query(
          "INSERT INTO cutter_runtime.phase_done (run_id, phase, epoch, input_sha, output_sha, output, principal) VALUES ($1, $2, 1, $3, $3, '{}', $4)",
          [run.runId, phase, ZEROS, principal],
        ),
      );
    expect(await plant("write_verify", "cutter_exec")).toBe("23514");
    expect(await plant("cut_leg_a", "cutter_verify")).toBe("23514");
    expect(await plant("cut_leg_a", "workflow_admin")).toBe("23514");
    expect(await plant("write_verify", "cutter_verify")).toBe("accepted");
  });

  it("an effect changes exactly these rows of the cutter's own tables", async () => {
    const run = await admittedRun(world);
    const fresh = await db.connect("cutter_exec");
    await fresh.query("BEGIN");
    await beginEffect(fresh, run, "cut_leg_a");
    await appendEntry(fresh, run, {
      event: "phase",
      phase: "cut_leg_a",
      input_sha: sha("in cut_leg_a"),
      output_sha: sha("out cut_leg_a"),
    });
    await createUnits(fresh, run);
    await endEffect(fresh, run, "cut_leg_a");
    const { rows } = await fresh.query<{ line: string }>(
      `SELECT relname || ' +' || n_tup_ins || ' ~' || n_tup_upd || ' -' || n_tup_del AS line FROM pg_stat_xact_all_tables
        WHERE schemaname = 'cutter_runtime' AND (n_tup_ins, n_tup_upd, n_tup_del) <> (0, 0, 0) ORDER BY relname`,
    );
    await fresh.query("COMMIT");
    expect(rows.map((row) => row.line)).toEqual([
      "admission_use +2 ~0 -0",
      "journal +1 ~0 -0",
      "lease +0 ~3 -0",
      "phase_done +1 ~0 -0",
      "run +0 ~1 -0",
    ]);
  });
});

describe("halt", () => {
  it("stops every beginning and every record until a signed lift names it", async () => {
    const run = await admittedRun(world);
    const id = await one(world.halt, "SELECT cutter_runtime.request_halt(NULL, 'look first', 'operator')");
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_HALTED");
    expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_HALTED");
    expect(await answerOf(openRun(exec, "OTHER"))).toBe("STOP_HALTED");
    expect(await answerOf(lift(world, [Number(id) + 1]))).toBe("STOP_REFUSED_INPUT");
    expect(await answerOf(lift(world, []))).toBe("STOP_REFUSED_INPUT");
    await lift(world, [Number(id)]);
    expect(await answerOf(cutLegA(exec, run))).toBe("accepted");
  });

  it("of one run leaves the others alone, and needs a run that exists and a reason", async () => {
    const run = await admittedRun(world);
    const other = await openRun(exec, "OTHER");
    const request = (id: string | null, reason: string): Promise<string> =>
      answerOf(world.halt.query("SELECT cutter_runtime.request_halt($1, $2, 'operator')", [id, reason]));
    expect(await request(other.runId, "only this one")).toBe("accepted");
    expect(await request(newRunId(), "no such run")).toBe("STOP_REFUSED_INPUT");
    expect(await request(null, " ")).toBe("STOP_REFUSED_INPUT");
    expect(await answerOf(recordPhase(exec, other, "source_pin"))).toBe("STOP_HALTED");
    expect(await answerOf(cutLegA(exec, run))).toBe("accepted");
  });

  it("ends the writer in flight: it is answered when no writer is left, and nothing of the work is kept", async () => {
    const run = await admittedRun(world);
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const gone = ended(exec);
    await world.halt.query("SELECT cutter_runtime.request_halt($1, 'stop now', 'operator')", [run.runId]);
    await world.halt.query("SELECT cutter_runtime.acknowledge_halt()");
    await gone;
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe("0");
  });
});
