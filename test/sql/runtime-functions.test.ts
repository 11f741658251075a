// Every refusal of schema cutter_runtime, and the order of records it enforces.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import {
  admit, admitCut, answerOf, beginEffect, cutLegA, effect, endEffect, EXECUTION_SHA, newRunId, one, openRun, plantAdmission,
  reachGate, reachVerified, recordPhase, SG_1_SHA, SG_2_SHA, sha, transaction, unitsOf, ZEROS,
} from "../support/run-by-sql.ts";
import type { RunByHand } from "../support/run-by-sql.ts";

let db: FreshDatabase;
let exec: pg.Client;
let verify: pg.Client;
let gate: pg.Client;
let superuser: pg.Client;

beforeEach(async () => {
  db = await freshDatabase();
  [exec, verify, gate, superuser] = await Promise.all([db.connect("cutter_exec"), db.connect("cutter_verify"), db.connect("cutter_gate"), db.connect()]);
});
afterEach(() => db.drop());

const stateOf = (run: RunByHand): Promise<string> => one(superuser, "SELECT state FROM cutter_runtime.run WHERE run_id = $1", [run.runId]);
const admitted = async (count = 3): Promise<RunByHand> => {
  const run = await openRun(exec, "SAMPLE", count);
  await reachGate(exec, run);
  await admitCut(gate, run);
  return run;
};
const begun = async (run: RunByHand, phase: string, client = exec, shas?: object, cap?: number): Promise<string> =>
  answerOf(transaction(client, () => beginEffect(client, run, phase, shas, cap)));

describe("opening a run and its lease", () => {
  it("a document has one open run, and the refusal names it", async () => {
    const run = await openRun(exec, "SAMPLE");
    const second = openRun(exec, "SAMPLE");
    await expect(second).rejects.toMatchObject({ message: "STOP_RUN_OPEN", detail: expect.stringContaining(run.runId) });
    await expect(openRun(exec, "OTHER")).resolves.toMatchObject({ epoch: "1" });
  });

  it("a run id is used once", async () => {
    const id = newRunId();
    await openRun(exec, "SAMPLE", 1, id);
    expect(await answerOf(openRun(exec, "OTHER", 1, id))).toBe("STOP_REPLAY_CONFLICT");
  });

  it("of two processes that open the same new document at once, one is refused", async () => {
    const other = await db.connect("cutter_exec");
    const answers = await Promise.all([answerOf(openRun(exec, "SAMPLE")), answerOf(openRun(other, "SAMPLE"))]);
    expect(answers.sort()).toEqual(["STOP_RUN_OPEN", "accepted"]);
  });

  it("a live lease is not taken, a released or abandoned one is, and every take-over raises the epoch", async () => {
    const run = await openRun(exec, "SAMPLE");
    const take = (holder: string, gone: boolean): Promise<string> => one(exec, "SELECT cutter_runtime.take_lease($1, $2, $3)", [run.runId, holder, gone]);
    expect(await answerOf(take("holder-2", false))).toBe("STOP_LEASE_HELD");
    expect(await take("holder-1", false)).toBe("2");
    expect(await take("holder-2", true)).toBe("3");
    await exec.query("SELECT cutter_runtime.release_lease($1, 3)", [run.runId]);
    expect(await take("holder-4", false)).toBe("4");
  });

  it("an old epoch writes nothing: no state, phase, receipt, journal entry, effect or closing", async () => {
    const run = await admitted();
    await exec.query("SELECT cutter_runtime.take_lease($1, 'holder-2', true)", [run.runId]);
    expect(await answerOf(exec.query("SELECT cutter_runtime.set_state($1, 1, 'ambiguous', NULL)", [run.runId]))).toBe("STOP_FENCED");
    expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.record_receipt($1, 1, 1, '{}', 'a', 'b', 1, 'c', '{}', 'd')", [run.runId]))).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.append_journal($1, 1, 1, $2, $2, '{}')", [run.runId, ZEROS]))).toBe("STOP_FENCED");
    expect(await begun(run, "cut_leg_a")).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.release_lease($1, 1)", [run.runId]))).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.close_run($1, 1, 'voided', 'why not')", [run.runId]))).toBe("STOP_FENCED");
  });

  it("a take-over waits for the effect in flight and then sees its record", async () => {
    const run = await admitted();
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const other = await db.connect("cutter_exec");
    const taken = one(other, "SELECT cutter_runtime.take_lease($1, 'holder-2', true)", [run.runId]);
    await waitsForLock(other);
    await endEffect(exec, run, "cut_leg_a");
    await exec.query("COMMIT");
    expect(await taken).toBe("2");
    expect(await one(other, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe("1");
  });
});

describe("records of phases", () => {
  it("a phase is recorded once; the same input is a repetition, another input a conflict", async () => {
    const run = await openRun(exec, "SAMPLE");
    await recordPhase(exec, run, "source_pin", sha("a"), { source_version_id: "v1" });
    await recordPhase(exec, run, "source_pin", sha("a"), { source_version_id: "v2" });
    expect(await answerOf(recordPhase(exec, run, "source_pin", sha("b")))).toBe("STOP_REPLAY_CONFLICT");
    expect(await one(superuser, "SELECT source_version_id || ' ' || state FROM cutter_runtime.run")).toBe("v1 source_pinned");
  });

  it("no phase is recorded before the one it stands on, and no writing phase without an effect", async () => {
    const run = await openRun(exec, "SAMPLE");
    expect(await answerOf(recordPhase(exec, run, "mark"))).toBe("STOP_INVARIANT_FAILED");
    expect(await answerOf(recordPhase(exec, run, "closeout"))).toBe("STOP_INVARIANT_FAILED");
    for (const phase of ["cut_leg_a", "write_verify", "lifecycle_enact", "revert"]) {
      expect(await answerOf(recordPhase(exec, run, phase)), phase).toBe("STOP_INVARIANT_FAILED");
    }
  });

  it("a state the recorded phases do not allow cannot be claimed", async () => {
    const run = await openRun(exec, "SAMPLE");
    const set = (state: string, stop: string | null = null): Promise<string> =>
      answerOf(exec.query("SELECT cutter_runtime.set_state($1, $2, $3, $4)", [run.runId, run.epoch, state, stop]));
    for (const state of ["closeout_reported", "lifecycle_enacted", "awaiting_cut_authorization", "voided", "nonsense"]) {
      expect(await set(state), state).toBe("STOP_INVARIANT_FAILED");
    }
    await reachGate(exec, run);
    expect(await set("awaiting_cut_authorization", "STOP_APPROVAL_REQUIRED")).toBe("accepted");
    expect(await set("ambiguous")).toBe("accepted");
    expect(await set("grants_probed")).toBe("accepted");
    expect(await stateOf(run)).toBe("grants_probed");
  });

  it("backup receipts count up without a gap, and the same receipt again changes nothing", async () => {
    const run = await openRun(exec, "SAMPLE");
    const receipt = (attempt: number, file: string): Promise<string> => answerOf(exec.query(
      "SELECT cutter_runtime.record_receipt($1, $2, $3, '{}', 'c', $4, 10, 'r', '{}', 'p')", [run.runId, run.epoch, attempt, file]));
    expect(await receipt(2, "f")).toBe("STOP_REPLAY_CONFLICT");
    expect(await receipt(1, "f")).toBe("accepted");
    expect(await receipt(1, "f")).toBe("accepted");
    expect(await receipt(1, "g")).toBe("STOP_REPLAY_CONFLICT");
    expect(await receipt(2, "g")).toBe("accepted");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.backup_receipt")).toBe("2");
  });

  it("a journal entry extends the chain or is refused, whoever of the two principals writes it", async () => {
    const run = await openRun(exec, "SAMPLE");
    const append = (client: pg.Client, seq: number, prev: string, entry: string): Promise<string> => answerOf(client.query(
      "SELECT cutter_runtime.append_journal($1, $2, $3, $4, $5, '{}')", [run.runId, run.epoch, seq, prev, entry]));
    expect(await append(exec, 1, sha("x"), sha("1"))).toBe("STOP_FENCED");
    expect(await append(exec, 1, ZEROS, sha("1"))).toBe("accepted");
    expect(await append(verify, 2, sha("1"), sha("2"))).toBe("accepted");
    expect(await append(exec, 2, sha("1"), sha("2'"))).toBe("STOP_FENCED");
    expect(await append(exec, 3, ZEROS, sha("3"))).toBe("STOP_FENCED");
  });
});

describe("admission", () => {
  it("signing needs two persons: SG_1's may sign neither EXECUTION nor SG_2", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await answerOf(admit(gate, run, { gate: "EXECUTION", person: "an", payload_sha: EXECUTION_SHA }))).toBe("STOP_APPROVAL_INVALID");
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "binh", payload_sha: SG_1_SHA }))).toBe("STOP_APPROVAL_INVALID");
    await reachVerified(exec, verify, run);
    expect(await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "an", payload_sha: SG_2_SHA }))).toBe("STOP_APPROVAL_INVALID");
    expect(await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "binh", payload_sha: SG_2_SHA }))).toBe("accepted");
  });

  it("a nonce is admitted once, also by eight gates in sequence and two at the same moment", async () => {
    const run = await openRun(exec, "SAMPLE");
    const other = await db.connect("cutter_gate");
    const nonce = sha("n").slice(0, 32);
    const statement = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, nonce };
    const answers = await Promise.all([gate, other].map((client) => answerOf(admit(client, run, statement))));
    expect(answers.sort()).toEqual(["STOP_APPROVAL_CONSUMED", "accepted"]);
    expect(await answerOf(admit(gate, run, statement))).toBe("STOP_APPROVAL_CONSUMED");
  });

  it("a renewing SG_1 must bring the same planned rows", async () => {
    const run = await openRun(exec, "SAMPLE");
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA }))).toBe("accepted");
    const altered = run.units.map((unit) => (unit.ordinal === 2 ? { ...unit, content_hash: sha("other") } : unit));
    for (const units of [altered, run.units.slice(1), [...run.units, ...unitsOf("SAMPLE", 4).slice(3)]]) {
      expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, units }))).toBe("STOP_DRIFT");
    }
  });

  it("planned units stay inside the run's document and come with SG_1 only", async () => {
    const run = await openRun(exec, "SAMPLE");
    const sg1 = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA };
    for (const units of [null, [], unitsOf("ICX-CONST", 2), unitsOf("SAMPLE2", 2)]) {
      expect(await answerOf(admit(gate, run, { ...sg1, units }))).toBe("STOP_APPROVAL_INVALID");
    }
    expect(await answerOf(admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA, units: run.units }))).toBe("STOP_APPROVAL_INVALID");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.planned_unit")).toBe("0");
  });

  it("what is expired, revoked, for another run, too early or for no gate is not admitted", async () => {
    const run = await openRun(exec, "SAMPLE");
    const sg1 = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA };
    expect(await answerOf(admit(gate, run, { ...sg1, validFrom: -7200, useBy: -1 }))).toBe("STOP_APPROVAL_EXPIRED");
    expect(await answerOf(admit(gate, run, { ...sg1, payload: { run_id: newRunId() } }))).toBe("STOP_APPROVAL_INVALID");
    expect(await answerOf(admit(gate, run, { ...sg1, gate: "UNHALT" }))).toBe("STOP_APPROVAL_INVALID");
    expect(await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA }))).toBe("STOP_APPROVAL_INVALID");
    await revoke("nonce", sha("n").slice(0, 32));
    await revoke("key", "A".repeat(40));
    expect(await answerOf(admit(gate, run, { ...sg1, nonce: sha("n").slice(0, 32) }))).toBe("STOP_APPROVAL_REVOKED");
    expect(await answerOf(admit(gate, run, { ...sg1, fingerprint: "A".repeat(40) }))).toBe("STOP_APPROVAL_REVOKED");
    await revoke("run", run.runId);
    expect(await answerOf(admit(gate, run, sg1))).toBe("STOP_APPROVAL_REVOKED");
  });
});

describe("beginning an effect", () => {
  it("needs every gate: none is required or not authorized, another payload is invalid", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    expect(await begun(run, "cut_leg_a")).toBe("STOP_APPROVAL_REQUIRED");
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await begun(run, "cut_leg_a")).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    expect(await begun(run, "cut_leg_a", exec, { SG_1_cut_authz: sha("other"), EXECUTION: EXECUTION_SHA })).toBe("STOP_APPROVAL_INVALID");
    expect(await begun(run, "cut_leg_a", exec, { SG_1_cut_authz: SG_1_SHA, EXECUTION: sha("other") })).toBe("STOP_APPROVAL_INVALID");
    expect(await begun(run, "cut_leg_a", exec, {})).toBe("STOP_APPROVAL_INVALID");
    await expect(cutLegA(exec, run)).resolves.toBeUndefined();
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("2");
  });

  it("an approval that is expired, ends within the phase cap, starts later or is revoked does not serve", async () => {
    const wanted = [
      [{ validFrom: -7200, useBy: -60 }, "STOP_APPROVAL_EXPIRED"], [{ useBy: 30 }, "STOP_APPROVAL_EXPIRED"],
      [{ validFrom: 200, useBy: 9000 }, "STOP_APPROVAL_INVALID"], [{ nonce: "b".repeat(32) }, "STOP_APPROVAL_REVOKED"],
    ] as const;
    await revoke("nonce", "b".repeat(32));
    for (const [times, code] of wanted) {
      const run = await openRun(exec, `DOC-${code === "STOP_APPROVAL_EXPIRED" ? times.useBy + 100 : code.slice(-3)}`);
      await reachGate(exec, run);
      await plantAdmission(superuser, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, ...times });
      await plantAdmission(superuser, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
      expect(await begun(run, "cut_leg_a"), JSON.stringify(times)).toBe(code);
    }
  });

  it("a clock up to two minutes behind the signer's is tolerated", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, validFrom: 90 });
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA, validFrom: 90 });
    await expect(cutLegA(exec, run)).resolves.toBeUndefined();
  });

  it("one person behind both signatures, or an EXECUTION for another SG_1, is refused again here", async () => {
    for (const [documentId, execution] of [["DOC-A", { person: "an" }], ["DOC-B", { person: "binh", payload: { sg1_payload_sha: sha("other") } }]] as const) {
      const run = await openRun(exec, documentId);
      await reachGate(exec, run);
      await plantAdmission(superuser, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
      await plantAdmission(superuser, run, { gate: "EXECUTION", payload_sha: EXECUTION_SHA, ...execution });
      expect(await begun(run, "cut_leg_a"), documentId).toBe("STOP_APPROVAL_INVALID");
    }
  });

  it("enactment needs an SG_2 that names the SG_1 leg A used, by another person", async () => {
    const run = await admitted();
    await reachVerified(exec, verify, run);
    expect(await begun(run, "lifecycle_enact")).toBe("STOP_APPROVAL_REQUIRED");
    await plantAdmission(superuser, run, { gate: "SG_2_lifecycle_authz", person: "an", payload_sha: SG_2_SHA });
    expect(await begun(run, "lifecycle_enact")).toBe("STOP_APPROVAL_INVALID");
    await plantAdmission(superuser, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA, payload: { sg1_payload_sha: sha("x") } });
    expect(await begun(run, "lifecycle_enact")).toBe("STOP_APPROVAL_INVALID");
    await admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
    expect(await answerOf(effect(exec, run, "lifecycle_enact"))).toBe("accepted");
  });

  it("a revoked run, an unfinished predecessor, a recorded phase and a closed run are refused", async () => {
    const run = await openRun(exec, "SAMPLE");
    expect(await begun(run, "cut_leg_a")).toBe("STOP_INVARIANT_FAILED");
    await reachGate(exec, run);
    await admitCut(gate, run);
    expect(await begun(run, "lifecycle_enact")).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(run, "revert")).toBe("STOP_INVARIANT_FAILED");
    await cutLegA(exec, run);
    expect(await begun(run, "cut_leg_a")).toBe("STOP_REPLAY_CONFLICT");
    await effect(exec, run, "revert");
    await recordRefusedAfterRevert(run);
    await revoke("run", run.runId);
    expect(await begun(run, "leg_b_record")).toBe("STOP_APPROVAL_REVOKED");
  });

  it("only the role of the phase, only READ COMMITTED, only one effect a transaction, only with a sane cap", async () => {
    const run = await admitted();
    expect(await begun(run, "cut_leg_a", verify)).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(run, "write_verify", exec)).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(run, "cutplan", exec)).toBe("STOP_INVARIANT_FAILED");
    for (const cap of [0, -5, 3601]) expect(await begun(run, "cut_leg_a", exec, undefined, cap)).toBe("STOP_REFUSED_INPUT");
    await exec.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    expect(await answerOf(beginEffect(exec, run, "cut_leg_a"))).toBe("STOP_INVARIANT_FAILED");
    await exec.query("ROLLBACK");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    expect(await answerOf(beginEffect(exec, run, "cut_leg_a"))).toBe("STOP_INVARIANT_FAILED");
    await exec.query("ROLLBACK");
  });

  it("a database clock behind the newest record is drift", async () => {
    const run = await admitted();
    await superuser.query("INSERT INTO cutter_runtime.journal (run_id, seq, prev_sha, entry_sha, entry, at) VALUES ($1, 1, $2, $2, '{}', clock_timestamp() + interval '25 hours')", [run.runId, ZEROS]);
    expect(await begun(run, "cut_leg_a")).toBe("STOP_DRIFT");
  });

  it("leg B and verify must begin within 24 hours of leg A, unless SG_1 was signed again; revert needs no time at all", async () => {
    const run = await admitted();
    const plantLegA = "INSERT INTO cutter_runtime.phase_done (run_id, phase, epoch, input_sha, output_sha, output, principal, began, at) VALUES ($1, $2, 1, $3, $3, '{}', 'cutter_exec', clock_timestamp() - interval '25 hours', clock_timestamp() - interval '25 hours')";
    for (const phase of ["cut_leg_a", "structural_verify"]) await superuser.query(plantLegA, [run.runId, phase, ZEROS]);
    const old = { gate: "SG_1_cut_authz", person: "an", payload_sha: sha("old"), validFrom: -100_000, useBy: -7200, nonce: "c".repeat(32) };
    await plantAdmission(superuser, run, old);
    await superuser.query("INSERT INTO cutter_runtime.admission_use (nonce, run_id, phase) VALUES ($1, $2, 'cut_leg_a')", ["c".repeat(32), run.runId]);
    expect(await begun(run, "leg_b_record")).toBe("STOP_APPROVAL_EXPIRED");
    await exec.query("BEGIN");
    expect(await answerOf(beginEffect(exec, run, "revert"))).toBe("accepted");
    await exec.query("ROLLBACK");
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: sha("old") });
    expect(await answerOf(effect(exec, run, "leg_b_record"))).toBe("accepted");
  });
});

describe("ending an effect", () => {
  it("an effect that began and was not ended does not commit", async () => {
    const run = await admitted();
    expect(await begun(run, "cut_leg_a")).toBe("STOP_INVARIANT_FAILED");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("0");
  });

  it("an end without a beginning, of another phase or in a later transaction is refused", async () => {
    const run = await admitted();
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
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, fingerprint: "D".repeat(40) });
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    const overtaken = effect(exec, run, "cut_leg_a", () => revoke("key", "D".repeat(40)));
    expect(await answerOf(overtaken)).toBe("STOP_APPROVAL_REVOKED");
  });

  it("what an effect leaves: its record by its own principal, the state, and no right to a second one", async () => {
    const run = await admitted();
    await reachVerified(exec, verify, run);
    const rows = await db.rows<{ phase: string; principal: string }>(
      "SELECT phase, principal::text FROM cutter_runtime.phase_done WHERE phase IN ('cut_leg_a', 'leg_b_record', 'write_verify') ORDER BY at");
    expect(rows).toEqual([
      { phase: "cut_leg_a", principal: "cutter_exec" }, { phase: "leg_b_record", principal: "cutter_exec" }, { phase: "write_verify", principal: "cutter_verify" }]);
    expect(await stateOf(run)).toBe("write_verified");
  });

  it("an effect that does nothing changes exactly these rows of the cutter's own tables", async () => {
    const run = await admitted();
    await exec.end();
    exec = await db.connect("cutter_exec");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    await exec.query("SELECT cutter_runtime.append_journal($1, $2, 1, $3, $4, '{}')", [run.runId, run.epoch, ZEROS, sha("1")]);
    await endEffect(exec, run, "cut_leg_a");
    const { rows } = await exec.query<{ line: string }>(
      `SELECT relname || ' +' || n_tup_ins || ' ~' || n_tup_upd || ' -' || n_tup_del AS line FROM pg_stat_xact_all_tables
        WHERE schemaname <> 'pg_toast' AND (n_tup_ins, n_tup_upd, n_tup_del) <> (0, 0, 0) ORDER BY relname`);
    await exec.query("COMMIT");
    expect(rows.map((row) => row.line)).toEqual(["admission_use +2 ~0 -0", "journal +1 ~0 -0", "lease +0 ~3 -0", "phase_done +1 ~0 -0", "run +0 ~1 -0"]);
  });
});

describe("halt", () => {
  it("stops every beginning and every record until a signed lift names it", async () => {
    const run = await admitted();
    const halter = await db.connect("cutter_halt");
    const id = await one(halter, "SELECT cutter_runtime.request_halt(NULL, 'look first', 'operator')");
    expect(await begun(run, "cut_leg_a")).toBe("STOP_HALTED");
    expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_HALTED");
    expect(await answerOf(openRun(exec, "OTHER"))).toBe("STOP_HALTED");
    expect(await answerOf(lift([Number(id) + 1]))).toBe("STOP_REFUSED_INPUT");
    expect(await answerOf(lift([]))).toBe("STOP_REFUSED_INPUT");
    await lift([Number(id)]);
    expect(await answerOf(cutLegA(exec, run))).toBe("accepted");
  });

  it("of one run leaves the others alone, and needs a run that exists and a reason", async () => {
    const run = await admitted();
    const other = await openRun(exec, "OTHER");
    const halter = await db.connect("cutter_halt");
    const request = (id: string | null, reason: string): Promise<string> => answerOf(halter.query("SELECT cutter_runtime.request_halt($1, $2, 'operator')", [id, reason]));
    expect(await request(other.runId, "only this one")).toBe("accepted");
    expect(await request(newRunId(), "no such run")).toBe("STOP_REFUSED_INPUT");
    expect(await request(null, " ")).toBe("STOP_REFUSED_INPUT");
    expect(await answerOf(recordPhase(exec, other, "source_pin"))).toBe("STOP_HALTED");
    expect(await answerOf(cutLegA(exec, run))).toBe("accepted");
  });

  it("during the work is acknowledged only when the writer has ended, and the writer has rolled back", async () => {
    const run = await admitted();
    const halter = await db.connect("cutter_halt");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    await halter.query("SELECT cutter_runtime.request_halt($1, 'stop now', 'operator')", [run.runId]);
    const acknowledged = halter.query("SELECT cutter_runtime.acknowledge_halt()");
    await waitsForLock(halter);
    expect(await answerOf(endEffect(exec, run, "cut_leg_a"))).toBe("STOP_HALTED");
    await exec.query("ROLLBACK");
    await acknowledged;
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe("0");
  });
});

describe("closing", () => {
  const close = (run: RunByHand, kind: string | null, reason: string | null): Promise<string> =>
    answerOf(exec.query("SELECT cutter_runtime.close_run($1, $2, $3, $4)", [run.runId, run.epoch, kind, reason]));

  it("void needs a reason and a run that has written nothing; afterwards the document is free", async () => {
    const run = await openRun(exec, "SAMPLE");
    expect(await close(run, "voided", " ")).toBe("STOP_REFUSED_INPUT");
    expect(await close(run, "elsewise", "why")).toBe("STOP_REFUSED_INPUT");
    expect(await close(run, "closeout", null)).toBe("STOP_INVARIANT_FAILED");
    expect(await close(run, "reverted", "why")).toBe("STOP_INVARIANT_FAILED");
    expect(await close(run, "voided", "wrong text")).toBe("accepted");
    expect(await close(run, "voided", "again")).toBe("accepted");
    expect(await close(run, "closeout", null)).toBe("STOP_REPLAY_CONFLICT");
    expect(await answerOf(recordPhase(exec, run, "source_pin"))).toBe("STOP_REPLAY_CONFLICT");
    await expect(openRun(exec, "SAMPLE")).resolves.toMatchObject({ epoch: "2" });
  });

  it("after leg A there is no void before the revert, and a reverted run closes as reverted", async () => {
    const run = await admitted();
    await cutLegA(exec, run);
    expect(await close(run, "voided", "wrong text")).toBe("STOP_REPLAY_CONFLICT");
    await effect(exec, run, "revert");
    expect(await close(run, "reverted", "wrong text")).toBe("accepted");
    expect(await stateOf(run)).toBe("reverted");
  });

  it("the last journal entry after closing does not hold the document", async () => {
    const run = await openRun(exec, "SAMPLE");
    await close(run, "voided", "wrong text");
    await exec.query("SELECT cutter_runtime.append_journal($1, $2, 1, $3, $4, '{}')", [run.runId, run.epoch, ZEROS, sha("1")]);
    await expect(openRun(exec, "SAMPLE")).resolves.toMatchObject({ epoch: "2" });
  });
});

describe("records stay as they were written", () => {
  it("nobody changes, deletes or truncates one, not even a superuser in replica mode", async () => {
    const run = await admitted();
    await cutLegA(exec, run);
    await superuser.query("SET session_replication_role = replica");
    for (const table of ["admission", "planned_unit", "admission_use", "revocation", "halt", "phase_done", "backup_receipt", "journal", "approver_set"]) {
      for (const sql of [`DELETE FROM cutter_runtime.${table}`, `TRUNCATE cutter_runtime.${table} CASCADE`]) {
        expect(await answerOf(superuser.query(sql)), sql).toBe("STOP_INVARIANT_FAILED");
      }
    }
    expect(await answerOf(superuser.query("UPDATE cutter_runtime.phase_done SET output_sha = input_sha"))).toBe("STOP_INVARIANT_FAILED");
  });

  it("the set of approvers grows by one version at a time and carries the hash of its bytes", async () => {
    const add = (version: number, digest: string): Promise<string> => answerOf(superuser.query(
      "INSERT INTO cutter_runtime.approver_set (version, sha, bytes, signatures) VALUES ($1, $2, 'set', '[]')", [version, digest]));
    expect(await add(2, sha("set"))).toBe("STOP_APPROVAL_INVALID");
    expect(await add(1, sha("other"))).toBe("23514");
    expect(await add(1, sha("set"))).toBe("accepted");
    expect(await add(3, sha("set"))).toBe("STOP_APPROVAL_INVALID");
    expect(await add(2, sha("set"))).toBe("accepted");
  });
});

const lift = (ids: number[]): Promise<unknown> => gate.query("SELECT cutter_runtime.lift_halt($1, 's', 'g', 'an')", [ids]);
const revoke = (kind: string, value: string): Promise<unknown> =>
  gate.query("SELECT cutter_runtime.revoke($1, $2, 'an', $3, 's', 'g')", [kind, value, "F".repeat(40)]);

async function recordRefusedAfterRevert(run: RunByHand): Promise<void> {
  expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_REPLAY_CONFLICT");
  expect(await begun(run, "revert")).toBe("STOP_REPLAY_CONFLICT");
}

/** Resolves when the backend of this connection waits for a lock; the test's own timeout ends a wait that never comes. */
async function waitsForLock(client: pg.Client): Promise<void> {
  const pid = (client as pg.Client & { readonly processID: number }).processID;
  for (;;) {
    const waiting = await one(superuser, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'", [pid]);
    if (waiting === "1") return;
    await superuser.query("SELECT pg_sleep(0.02)");
  }
}
