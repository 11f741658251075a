// What the gate admits and what an effect may begin with.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import type { FreshDatabase } from "../support/database.ts";
import { admittedRun, begun, openPrincipals, revoke } from "../support/principals.ts";
import type { Principals } from "../support/principals.ts";
import { writeLegB } from "../support/ledger-by-sql.ts";
import {
  admit,
  admitCut,
  answerOf,
  beginEffect,
  cutLegA,
  effect,
  enact,
  EXECUTION_SHA,
  newRunId,
  one,
  openRun,
  orderRevert,
  plantAdmission,
  reachGate,
  reachVerified,
  recordPhase,
  revert,
  runOver,
  SG_1_SHA,
  SG_2_SHA,
  sha,
  unitsOf,
  ZEROS,
} from "../support/run-by-sql.ts";

let world: Principals;
let db: FreshDatabase;
let exec: pg.Client;
let verify: pg.Client;
let gate: pg.Client;
let halt: pg.Client;
let superuser: pg.Client;

beforeEach(async () => {
  world = await openPrincipals();
  ({ db, exec, verify, gate, halt, superuser } = world);
});
afterEach(() => world.db.drop());

describe("admission", () => {
  it("signing needs two persons: SG_1's may sign neither EXECUTION nor SG_2", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await answerOf(admit(gate, run, { gate: "EXECUTION", person: "an", payload_sha: EXECUTION_SHA }))).toBe(
      "STOP_APPROVAL_INVALID",
    );
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "binh", payload_sha: SG_1_SHA }))).toBe(
      "STOP_APPROVAL_INVALID",
    );
    await reachVerified(exec, verify, run);
    expect(
      await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "an", payload_sha: SG_2_SHA })),
    ).toBe("STOP_APPROVAL_INVALID");
    expect(
      await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "binh", payload_sha: SG_2_SHA })),
    ).toBe("accepted");
  });

  it("a new version is admitted with the units it supersedes and with no others, and its blocks must name them", async () => {
    const opened = await openRun(exec, "SAMPLE-V2");
    const named = { document_id: "SAMPLE", compared_sha: sha("text") };
    const units = unitsOf("SAMPLE-V2", 3).map((unit, at) => ({
      ...unit,
      supersedes: {
        ...named,
        address: at === 2 ? null : `SAMPLE/${at}`,
        content_hash: at === 2 ? null : sha(`${at}`),
      },
    }));
    const run = runOver(opened, units);
    await reachGate(exec, run);
    const sg1 = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA } as const;
    const others = units.map((unit) => ({
      ...unit,
      supersedes: { ...unit.supersedes, address: null, content_hash: null },
    }));
    expect(await answerOf(admit(gate, run, { ...sg1, units: unitsOf("SAMPLE-V2", 3) }))).not.toBe("accepted");
    expect(await answerOf(admit(gate, run, { ...sg1, units: runOver(opened, others).units }))).toBe("STOP_DRIFT");
    await admitCut(gate, run);
    await cutLegA(exec, run);
    await recordPhase(exec, run, "structural_verify");
    await expect(effect(exec, run, "leg_b_record", () => writeLegB(exec, run))).resolves.toBeUndefined();
    expect(
      await one(
        superuser,
        "SELECT string_agg(candidate_edges -> 0 ->> 'edge', ' ' ORDER BY render_order) FROM cutter_governance.manifest_unit_block WHERE envelope_id = $1",
        [run.ledger.envelope_id],
      ),
    ).toBe("supersedes supersedes new_in_version");
  });

  it("a nonce is admitted once, also by eight gates in sequence and two at the same moment", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    const other = await db.connect("cutter_gate");
    const nonce = sha("n").slice(0, 32);
    const statement = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, nonce };
    const answers = await Promise.all([gate, other].map((client) => answerOf(admit(client, run, statement))));
    expect(answers.sort()).toEqual(["STOP_APPROVAL_CONSUMED", "accepted"]);
    expect(await answerOf(admit(gate, run, statement))).toBe("STOP_APPROVAL_CONSUMED");
  });

  it("a renewing SG_1 must bring the same planned rows", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA }))).toBe(
      "accepted",
    );
    const altered = run.units.map((unit) => (unit.ordinal === 2 ? { ...unit, content_hash: sha("other") } : unit));
    for (const units of [altered, run.units.slice(1), [...run.units, ...unitsOf("SAMPLE", 4).slice(3)]]) {
      expect(
        await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, units })),
      ).toBe("STOP_DRIFT");
    }
  });

  it("planned units stay inside the run's document and come with SG_1 only", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    const sg1 = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA };
    for (const units of [null, [], unitsOf("ICX-CONST", 2), unitsOf("SAMPLE2", 2)]) {
      expect(await answerOf(admit(gate, run, { ...sg1, units }))).toBe("STOP_APPROVAL_INVALID");
    }
    expect(
      await answerOf(
        admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA, units: run.units }),
      ),
    ).toBe("STOP_APPROVAL_INVALID");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.planned_unit")).toBe("0");
  });

  it("what is expired, revoked, for another run, too early or for no gate is not admitted", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    const sg1 = { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA };
    expect(await answerOf(admit(gate, run, { ...sg1, validFrom: -7200, useBy: -1 }))).toBe("STOP_APPROVAL_EXPIRED");
    expect(await answerOf(admit(gate, run, { ...sg1, payload: { run_id: newRunId() } }))).toBe("STOP_APPROVAL_INVALID");
    expect(await answerOf(admit(gate, run, { ...sg1, gate: "UNHALT" }))).toBe("STOP_APPROVAL_INVALID");
    expect(
      await answerOf(admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA })),
    ).toBe("STOP_APPROVAL_INVALID");
    await revoke(world, "nonce", sha("n").slice(0, 32));
    await revoke(world, "key", "A".repeat(40));
    expect(await answerOf(admit(gate, run, { ...sg1, nonce: sha("n").slice(0, 32) }))).toBe("STOP_APPROVAL_REVOKED");
    expect(await answerOf(admit(gate, run, { ...sg1, fingerprint: "A".repeat(40) }))).toBe("STOP_APPROVAL_REVOKED");
    await revoke(world, "run", run.runId);
    expect(await answerOf(admit(gate, run, sg1))).toBe("STOP_APPROVAL_REVOKED");
  });
});

describe("beginning an effect", () => {
  it("needs every gate: none is required or not authorized, another payload is invalid", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_APPROVAL_REQUIRED");
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
    expect(await begun(exec, run, "cut_leg_a", { SG_1_cut_authz: sha("other"), EXECUTION: EXECUTION_SHA })).toBe(
      "STOP_APPROVAL_INVALID",
    );
    expect(await begun(exec, run, "cut_leg_a", { SG_1_cut_authz: SG_1_SHA, EXECUTION: sha("other") })).toBe(
      "STOP_APPROVAL_INVALID",
    );
    expect(await begun(exec, run, "cut_leg_a", {})).toBe("STOP_APPROVAL_INVALID");
    await expect(cutLegA(exec, run)).resolves.toBeUndefined();
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("2");
  });

  it("an approval that is expired, ends within the phase cap, starts later or is revoked does not serve", async () => {
    const wanted = [
      [{ validFrom: -7200, useBy: -60 }, "STOP_APPROVAL_EXPIRED"],
      [{ useBy: 30 }, "STOP_APPROVAL_EXPIRED"],
      [{ validFrom: 200, useBy: 9000 }, "STOP_APPROVAL_INVALID"],
      [{ nonce: "b".repeat(32) }, "STOP_APPROVAL_REVOKED"],
    ] as const;
    await revoke(world, "nonce", "b".repeat(32));
    for (const [times, code] of wanted) {
      const run = await openRun(exec, `DOC-${code === "STOP_APPROVAL_EXPIRED" ? times.useBy + 100 : code.slice(-3)}`);
      await reachGate(exec, run);
      await plantAdmission(superuser, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA, ...times });
      await plantAdmission(superuser, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
      expect(await begun(exec, run, "cut_leg_a"), JSON.stringify(times)).toBe(code);
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
    for (const [documentId, execution] of [
      ["DOC-A", { person: "an" }],
      ["DOC-B", { person: "binh", payload: { sg1_payload_sha: sha("other") } }],
    ] as const) {
      const run = await openRun(exec, documentId);
      await reachGate(exec, run);
      await plantAdmission(superuser, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
      await plantAdmission(superuser, run, { gate: "EXECUTION", payload_sha: EXECUTION_SHA, ...execution });
      expect(await begun(exec, run, "cut_leg_a"), documentId).toBe("STOP_APPROVAL_INVALID");
    }
  });

  it("enactment needs an SG_2 that names the SG_1 leg A used, by another person", async () => {
    const run = await admittedRun(world);
    await reachVerified(exec, verify, run);
    expect(await begun(exec, run, "lifecycle_enact")).toBe("STOP_APPROVAL_REQUIRED");
    await plantAdmission(superuser, run, { gate: "SG_2_lifecycle_authz", person: "an", payload_sha: SG_2_SHA });
    expect(await begun(exec, run, "lifecycle_enact")).toBe("STOP_APPROVAL_INVALID");
    await plantAdmission(superuser, run, {
      gate: "SG_2_lifecycle_authz",
      person: "chi",
      payload_sha: SG_2_SHA,
      payload: { sg1_payload_sha: sha("x") },
    });
    expect(await begun(exec, run, "lifecycle_enact")).toBe("STOP_APPROVAL_INVALID");
    await admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
    expect(await answerOf(enact(exec, run))).toBe("accepted");
  });

  it("a revoked run, an unfinished predecessor, a recorded phase and a closed run are refused", async () => {
    const run = await openRun(exec, "SAMPLE");
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_INVARIANT_FAILED");
    await reachGate(exec, run);
    await admitCut(gate, run);
    expect(await begun(exec, run, "lifecycle_enact")).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(exec, run, "revert")).toBe("STOP_INVARIANT_FAILED");
    await cutLegA(exec, run);
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_REPLAY_CONFLICT");
    await revert(exec, halt, run);
    expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_REPLAY_CONFLICT");
    expect(await begun(exec, run, "revert")).toBe("STOP_REPLAY_CONFLICT");
    await revoke(world, "run", run.runId);
    expect(await begun(exec, run, "leg_b_record")).toBe("STOP_APPROVAL_REVOKED");
  });

  it("a run that was revoked after leg A goes back: it is reverted and closed, and nothing of it goes forward", async () => {
    const run = await admittedRun(world);
    await cutLegA(exec, run);
    await recordPhase(exec, run, "structural_verify");
    await revoke(world, "run", run.runId);
    expect(await begun(exec, run, "leg_b_record")).toBe("STOP_APPROVAL_REVOKED");
    expect(await answerOf(revert(exec, halt, run))).toBe("accepted");
    expect(
      await answerOf(
        exec.query("SELECT cutter_runtime.close_run($1, $2, 'reverted', 'revoked')", [run.runId, run.epoch]),
      ),
    ).toBe("accepted");
  });

  it("a run that was revoked and is torn gets a decision about it, and no other statement", async () => {
    const run = await openRun(exec, "SAMPLE");
    await exec.query("SELECT cutter_runtime.set_state($1, $2, 'torn', 'STOP_TORN')", [run.runId, run.epoch]);
    await revoke(world, "run", run.runId);
    expect(await answerOf(admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA }))).toBe(
      "STOP_APPROVAL_REVOKED",
    );
    await admit(gate, run, {
      gate: "SG_3_failure_escalation",
      person: "chi",
      payload_sha: sha("SG_3"),
      payload: { decision: "void", committed: [] },
    });
    expect(
      await answerOf(
        exec.query("SELECT cutter_runtime.close_run($1, $2, 'voided', 'decided')", [run.runId, run.epoch]),
      ),
    ).toBe("accepted");
  });

  it("only the role of the phase, only READ COMMITTED, only one effect a transaction, only with a sane cap", async () => {
    const run = await admittedRun(world);
    expect(await begun(verify, run, "cut_leg_a")).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(exec, run, "write_verify")).toBe("STOP_INVARIANT_FAILED");
    expect(await begun(exec, run, "cutplan")).toBe("STOP_INVARIANT_FAILED");
    for (const cap of [0, -5, 3601])
      expect(await begun(exec, run, "cut_leg_a", undefined, cap)).toBe("STOP_REFUSED_INPUT");
    await exec.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    expect(await answerOf(beginEffect(exec, run, "cut_leg_a"))).toBe("STOP_INVARIANT_FAILED");
    await exec.query("ROLLBACK");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    expect(await answerOf(beginEffect(exec, run, "cut_leg_a"))).toBe("STOP_INVARIANT_FAILED");
    await exec.query("ROLLBACK");
  });

  it("a database clock behind the newest record is drift", async () => {
    const run = await admittedRun(world);
    await superuser.query(
      "INSERT INTO cutter_runtime.journal (run_id, seq, prev_sha, entry_sha, entry, at) VALUES ($1, 1, $2, $2, '{}', clock_timestamp() + interval '25 hours')",
      [run.runId, ZEROS],
    );
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_DRIFT");
  });

  it("leg B and verify must begin within 24 hours of leg A, unless SG_1 was signed again; revert needs no time at all", async () => {
    const run = await admittedRun(world);
    const plantLegA =
      "INSERT INTO cutter_runtime.phase_done (run_id, phase, epoch, input_sha, output_sha, output, principal, began, at) VALUES ($1, $2, 1, $3, $3, '{}', 'cutter_exec', clock_timestamp() - interval '25 hours', clock_timestamp() - interval '25 hours')";
    for (const phase of ["cut_leg_a", "structural_verify"]) await superuser.query(plantLegA, [run.runId, phase, ZEROS]);
    const old = {
      gate: "SG_1_cut_authz",
      person: "an",
      payload_sha: sha("old"),
      validFrom: -100_000,
      useBy: -7200,
      nonce: "c".repeat(32),
    };
    await plantAdmission(superuser, run, old);
    await superuser.query(
      "INSERT INTO cutter_runtime.admission_use (nonce, run_id, phase) VALUES ($1, $2, 'cut_leg_a')",
      ["c".repeat(32), run.runId],
    );
    expect(await begun(exec, run, "leg_b_record")).toBe("STOP_APPROVAL_EXPIRED");
    await orderRevert(halt, run);
    await exec.query("BEGIN");
    expect(await answerOf(beginEffect(exec, run, "revert"))).toBe("accepted");
    await exec.query("ROLLBACK");
    await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: sha("old") });
    expect(await begun(exec, run, "leg_b_record")).toBe("accepted");
  });
});
