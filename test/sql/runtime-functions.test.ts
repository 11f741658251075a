// Runs, leases, records of phases and closing: every refusal of the bookkeeping in schema cutter_runtime.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import type { FreshDatabase } from "../support/database.ts";
import { admittedRun, begun, openPrincipals, stateOf, waitsForLock } from "../support/principals.ts";
import type { Principals } from "../support/principals.ts";
import {
  answerOf,
  beginEffect,
  createUnits,
  cutLegA,
  endEffect,
  newRunId,
  one,
  openRun,
  reachGate,
  recordPhase,
  revert,
  sha,
  transaction,
  ZEROS,
} from "../support/run-by-sql.ts";
import { appendEntry } from "../support/ledger-by-sql.ts";
import type { RunByHand } from "../support/run-by-sql.ts";

let world: Principals;
let db: FreshDatabase;
let exec: pg.Client;
let superuser: pg.Client;

beforeEach(async () => {
  world = await openPrincipals();
  ({ db, exec, superuser } = world);
});
afterEach(() => world.db.drop());

describe("opening a run and its lease", () => {
  it("a document has one open run, and the refusal names it", async () => {
    const run = await openRun(exec, "SAMPLE");
    const second = openRun(exec, "SAMPLE");
    await expect(second).rejects.toMatchObject({
      message: "STOP_RUN_OPEN",
      detail: expect.stringContaining(run.runId),
    });
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
    const take = (holder: string, gone: string | null): Promise<string> =>
      one(exec, "SELECT cutter_runtime.take_lease($1, $2, $3)", [run.runId, holder, gone]);
    expect(await answerOf(take("holder-2", null))).toBe("STOP_LEASE_HELD");
    expect(await take("holder-1", null)).toBe("2");
    expect(await take("holder-2", "holder-1")).toBe("3");
    await exec.query("SELECT cutter_runtime.release_lease($1, 3)", [run.runId]);
    expect(await take("holder-4", null)).toBe("4");
  });

  it("of two processes that both saw the old holder gone, the second does not take the lease from the first", async () => {
    const run = await openRun(exec, "SAMPLE");
    const other = await db.connect("cutter_exec");
    const take = (client: pg.Client, holder: string): Promise<string> =>
      one(client, "SELECT cutter_runtime.take_lease($1, $2, 'holder-1')", [run.runId, holder]);
    const answers = await Promise.all([answerOf(take(exec, "holder-2")), answerOf(take(other, "holder-3"))]);
    expect(answers.sort()).toEqual(["STOP_LEASE_HELD", "accepted"]);
    expect(await one(superuser, "SELECT epoch FROM cutter_runtime.lease")).toBe("2");
  });

  it("an old epoch writes nothing: no state, phase, receipt, journal entry, effect or closing", async () => {
    const run = await admittedRun(world);
    await exec.query("SELECT cutter_runtime.take_lease($1, 'holder-2', 'holder-1')", [run.runId]);
    expect(await answerOf(exec.query("SELECT cutter_runtime.set_state($1, 1, 'ambiguous', NULL)", [run.runId]))).toBe(
      "STOP_FENCED",
    );
    expect(await answerOf(recordPhase(exec, run, "structural_verify"))).toBe("STOP_FENCED");
    expect(
      await answerOf(
        exec.query("SELECT cutter_runtime.record_receipt($1, 1, 1, '{}', 'a', 'b', 1, 'c', '{}', 'd')", [run.runId]),
      ),
    ).toBe("STOP_FENCED");
    expect(
      await answerOf(exec.query("SELECT cutter_runtime.append_journal($1, 1, 1, $2, $2, '{}')", [run.runId, ZEROS])),
    ).toBe("STOP_FENCED");
    expect(await begun(exec, run, "cut_leg_a")).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.release_lease($1, 1)", [run.runId]))).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.close_run($1, 1, 'voided', 'why not')", [run.runId]))).toBe(
      "STOP_FENCED",
    );
  });

  it("an expired lease that an effect in flight is extending is not taken once that effect has committed", async () => {
    const run = await admittedRun(world);
    await superuser.query("UPDATE cutter_runtime.lease SET expires_at = clock_timestamp() - interval '1 second'");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const other = await db.connect("cutter_exec");
    const taken = answerOf(one(other, "SELECT cutter_runtime.take_lease($1, 'holder-2', NULL)", [run.runId]));
    await waitsForLock(world, other);
    await createUnits(exec, run);
    await endEffect(exec, run, "cut_leg_a");
    await exec.query("COMMIT");
    expect(await taken).toBe("STOP_LEASE_HELD");
  });

  it("a take-over waits for the effect in flight and then sees its record", async () => {
    const run = await admittedRun(world);
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const other = await db.connect("cutter_exec");
    const taken = one(other, "SELECT cutter_runtime.take_lease($1, 'holder-2', 'holder-1')", [run.runId]);
    await waitsForLock(world, other);
    await createUnits(exec, run);
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
    expect(await one(superuser, "SELECT source_version_id || ' ' || state FROM cutter_runtime.run")).toBe(
      "v1 source_pinned",
    );
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
    for (const state of [
      "closeout_reported",
      "lifecycle_enacted",
      "awaiting_cut_authorization",
      "voided",
      "nonsense",
    ]) {
      expect(await set(state), state).toBe("STOP_INVARIANT_FAILED");
    }
    await reachGate(exec, run);
    expect(await set("awaiting_cut_authorization", "STOP_APPROVAL_REQUIRED")).toBe("accepted");
    expect(await set("ambiguous")).toBe("accepted");
    expect(await set("grants_probed")).toBe("accepted");
    expect(await stateOf(world, run)).toBe("grants_probed");
  });

  it("backup receipts count up without a gap, and the same receipt again changes nothing", async () => {
    const run = await openRun(exec, "SAMPLE");
    const receipt = (attempt: number, file: string): Promise<string> =>
      answerOf(
        exec.query("SELECT cutter_runtime.record_receipt($1, $2, $3, '{}', 'c', $4, 10, 'r', '{}', 'p')", [
          run.runId,
          run.epoch,
          attempt,
          file,
        ]),
      );
    expect(await receipt(2, "f")).toBe("STOP_REPLAY_CONFLICT");
    expect(await receipt(1, "f")).toBe("accepted");
    expect(await receipt(1, "f")).toBe("accepted");
    expect(await receipt(1, "g")).toBe("STOP_REPLAY_CONFLICT");
    expect(await receipt(2, "g")).toBe("accepted");
    expect(await one(superuser, "SELECT count(*) FROM cutter_runtime.backup_receipt")).toBe("2");
  });

  it("a journal entry extends the chain or is refused", async () => {
    const run = await openRun(exec, "SAMPLE");
    const append = (altered?: { seq?: number; prev?: string }): Promise<string> =>
      answerOf(appendEntry(exec, run, { event: "rehearsed", rehearsal: { units: 1 } }, altered));
    expect(await append({ prev: sha("x") })).toBe("STOP_FENCED");
    expect(await append()).toBe("accepted");
    expect(await append({ seq: 1 })).toBe("STOP_FENCED");
    expect(await append({ prev: ZEROS })).toBe("STOP_FENCED");
    expect(await append()).toBe("accepted");
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
    const run = await admittedRun(world);
    await cutLegA(exec, run);
    expect(await close(run, "voided", "wrong text")).toBe("STOP_REPLAY_CONFLICT");
    await revert(exec, world.halt, run);
    expect(await close(run, "reverted", "wrong text")).toBe("accepted");
    expect(await stateOf(world, run)).toBe("reverted");
  });

  it("the last entry of the journal tells of the closing in the same transaction; after it nothing is added", async () => {
    const run = await openRun(exec, "SAMPLE");
    const told = (reason: string): Promise<void> =>
      transaction(exec, async () => {
        await appendEntry(exec, run, { event: "closed", kind: "voided", reason });
        await exec.query("SELECT cutter_runtime.close_run($1, $2, 'voided', 'wrong text')", [run.runId, run.epoch]);
      });
    expect(await answerOf(appendEntry(exec, run, { event: "closed", kind: "voided", reason: "wrong text" }))).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await answerOf(told("another reason"))).toBe("STOP_INVARIANT_FAILED");
    expect(await answerOf(told("wrong text"))).toBe("accepted");
    expect(await answerOf(appendEntry(exec, run, { event: "rehearsed", rehearsal: {} }))).toBe("STOP_REPLAY_CONFLICT");
  });
});

describe("records stay as they were written", () => {
  it("nobody changes, deletes or truncates one, not even a superuser in replica mode", async () => {
    const run = await admittedRun(world);
    await cutLegA(exec, run);
    await superuser.query("SET session_replication_role = replica");
    for (const table of [
      "admission",
      "planned_unit",
      "admission_use",
      "revocation",
      "halt",
      "phase_done",
      "backup_receipt",
      "journal",
      "approver_set",
    ]) {
      for (const sql of [`DELETE FROM cutter_runtime.${table}`, `TRUNCATE cutter_runtime.${table} CASCADE`]) {
        expect(await answerOf(superuser.query(sql)), sql).toBe("STOP_INVARIANT_FAILED");
      }
    }
    expect(await answerOf(superuser.query("UPDATE cutter_runtime.phase_done SET output_sha = input_sha"))).toBe(
      "STOP_INVARIANT_FAILED",
    );
  });

  it("the set of approvers grows by one version at a time and carries the hash of its bytes", async () => {
    const add = (version: number, digest: string): Promise<string> =>
      answerOf(
        superuser.query(
          "INSERT INTO cutter_runtime.approver_set (version, sha, bytes, signatures) VALUES ($1, $2, 'set', '[]')",
          [version, digest],
        ),
      );
    expect(await add(2, sha("set"))).toBe("STOP_APPROVAL_INVALID");
    expect(await add(1, sha("other"))).toBe("23514");
    expect(await add(1, sha("set"))).toBe("accepted");
    expect(await add(3, sha("set"))).toBe("STOP_APPROVAL_INVALID");
    expect(await add(2, sha("set"))).toBe("accepted");
  });
});
