// What a stolen password does to effects, leases, halts and the journal: two effects in one transaction, half a plan, a COMMIT after a
// halt, and denials by a borrowed word.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendEntry } from "../support/ledger-by-sql.ts";
import { admittedRun, ended, openPrincipals, revoke, type Principals, refusal } from "../support/principals.ts";
import {
  admit,
  answerOf,
  beginEffect,
  createUnits,
  cutLegA,
  DECISION,
  effect,
  endEffect,
  one,
  orderRevert,
  recordPhase,
  setAside,
  SG_1_SHA,
  sha,
  transaction,
  type RunByHand,
} from "../support/run-by-sql.ts";

let world: Principals;
let exec: pg.Client;
let verify: pg.Client;
let run: RunByHand;

beforeEach(async () => {
  world = await openPrincipals();
  ({ exec, verify } = world);
  run = await admittedRun(world);
});
afterEach(() => world.db.drop());

const writtenRun = async (): Promise<void> => {
  await cutLegA(exec, run);
  await recordPhase(exec, run, "structural_verify");
};

describe("one effect a transaction, and whole", () => {
  it("an empty leg A burns no approval", async () => {
    expect(await refusal(effect(exec, run, "cut_leg_a"))).toMatch(
      /^STOP_INVARIANT_FAILED .*ended with 0 of 3 planned units/,
    );
    expect(await one(world.superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("0");
    await expect(cutLegA(exec, run)).resolves.toBeUndefined();
  });

  it.each([
    ["a lease taken", "SELECT cutter_runtime.take_lease($1, 'thief', 'holder-1')"],
    ["a lease released", "SELECT cutter_runtime.release_lease($1, 1)"],
    ["a state noted", "SELECT cutter_runtime.set_state($1, 1, 'ambiguous', NULL)"],
    [
      "a phase recorded",
      `SELECT cutter_runtime.record_phase($1, 'structural_verify', 1, repeat('0', 64), repeat('0', 64), '{}')`,
    ],
    ["the run closed", "SELECT cutter_runtime.close_run($1, 1, 'voided', 'x')"],
    [
      "another run opened",
      "SELECT cutter_runtime.open_run('ictr-20260101T000000Z-' || substr(md5($1), 1, 8), 'OTHER-1', 'h', 'a', 'r', 'x')",
    ],
  ])("%s inside an effect is refused", async (_what, sql) => {
    const work = transaction(exec, async () => {
      await beginEffect(exec, run, "cut_leg_a");
      await createUnits(exec, run);
      await endEffect(exec, run, "cut_leg_a");
      await exec.query(sql, [run.runId]);
    });
    expect(await refusal(work)).toMatch(/^STOP_INVARIANT_FAILED .*inside an effect/);
  });

  it("a second effect in the transaction of the first is refused", async () => {
    const work = transaction(exec, async () => {
      await beginEffect(exec, run, "cut_leg_a");
      await createUnits(exec, run);
      await endEffect(exec, run, "cut_leg_a");
      await beginEffect(exec, run, "leg_b_record");
    });
    expect(await refusal(work)).toMatch(/^STOP_INVARIANT_FAILED .*a second effect/);
  });
});

describe("between end_effect and COMMIT", () => {
  /** Everything done, only COMMIT left. */
  const done = async (cap = 60): Promise<void> => {
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a", undefined, cap);
    await createUnits(exec, run);
    await endEffect(exec, run, "cut_leg_a");
  };
  const nothing = async (): Promise<void> => {
    expect(
      await one(
        world.superuser,
        "SELECT count(*) FROM public.information_unit WHERE canonical_address LIKE 'SAMPLE/%'",
      ),
    ).toBe("0");
    expect(await one(world.superuser, "SELECT count(*) FROM cutter_runtime.admission_use")).toBe("0");
  };

  it("a halt ends the writer", async () => {
    await done();
    const gone = ended(exec);
    await world.halt.query("SELECT cutter_runtime.request_halt(NULL, 'stop', 'operator')");
    await gone;
    await nothing();
  });

  it.each(["run", "nonce", "key"])("a revocation of the %s ends the writer", async (kind) => {
    await done();
    const value = await one(
      world.superuser,
      `SELECT ${{ run: "run_id", nonce: "nonce", key: "fingerprint" }[kind]} FROM cutter_runtime.admission WHERE gate = 'EXECUTION'`,
    );
    const gone = ended(exec);
    await revoke(world, kind, value);
    await gone;
    await nothing();
  });

  it("a halt of another run leaves the writer alone", async () => {
    const other = await world.db.connect("cutter_exec");
    await other.query(
      "SELECT cutter_runtime.open_run('ictr-20260101T000000Z-0123abcd', 'OTHER-1', 'h', 'a', 'r', 'x')",
    );
    await done();
    await world.halt.query("SELECT cutter_runtime.request_halt('ictr-20260101T000000Z-0123abcd', 'stop', 'operator')");
    await exec.query("COMMIT");
    expect(await one(world.superuser, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe(
      "1",
    );
  });

  it.each(["works on", "stands still"])("the end of use_by ends a writer that %s", async (how) => {
    await world.superuser.query("ALTER TABLE cutter_runtime.admission DISABLE TRIGGER append_only");
    await world.superuser.query(
      "UPDATE cutter_runtime.admission SET use_by = clock_timestamp() + interval '3 seconds' WHERE gate = 'EXECUTION'",
    );
    await done(1);
    if (how === "works on") {
      expect(await answerOf(exec.query("SELECT pg_sleep(20)"))).toBe("57014");
      expect((await exec.query("COMMIT")).command).toBe("ROLLBACK");
    } else await ended(exec);
    await nothing();
  });
});

describe("no denial by a borrowed word", () => {
  it("a journal entry with another digest, kind, writer, time or phase than its own is refused, of an open and of a finished run", async () => {
    const entry = { event: "rehearsed", rehearsal: { units: 3 } };
    const append = (client: pg.Client, what: Parameters<typeof appendEntry>[2], how?: { sha?: string }) =>
      answerOf(appendEntry(client, run, what, how));
    expect(await append(exec, entry, { sha: sha("garbage") })).toBe("STOP_INVARIANT_FAILED");
    expect(await append(exec, { event: "note", text: "I was here" })).toBe("STOP_INVARIANT_FAILED");
    expect(await append(exec, { ...entry, more: "words" })).toBe("STOP_INVARIANT_FAILED");
    expect(await append(exec, { ...entry, utc: "2020-01-01T00:00:00.000Z" })).toBe("STOP_INVARIANT_FAILED");
    expect(await append(exec, { event: "rehearsed", rehearsal: { share: 0.5 } })).toBe("STOP_REFUSED_INPUT");
    expect(await append(verify, entry)).toBe("STOP_INVARIANT_FAILED");
    expect(await append(exec, { event: "phase", phase: "mark", input_sha: sha("a"), output_sha: sha("b") })).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await append(exec, { event: "review_decision_minted", review_decision_id: DECISION })).toBe(
      "STOP_INVARIANT_FAILED",
    );
    expect(await append(exec, entry)).toBe("accepted");
    await exec.query("SELECT cutter_runtime.close_run($1, $2, 'voided', 'over')", [run.runId, run.epoch]);
    expect(await append(exec, entry)).toBe("STOP_REPLAY_CONFLICT");
  });

  it("a written run is not reverted without an order, nor in other words than its order", async () => {
    await writtenRun();
    expect(await answerOf(effect(exec, run, "revert", () => setAside(exec, run)))).toBe(
      "STOP_EXECUTION_NOT_AUTHORIZED",
    );
    await orderRevert(world.halt, run);
    const others = [
      ["directus/chief-justice", "wrong text", "superseded"],
      ["operator", "by royal decree", "superseded"],
      ["operator", "wrong text", "retired"],
    ];
    for (const words of others) {
      const work = effect(exec, run, "revert", () =>
        exec.query("SELECT public.fn_iu_revert_run($1, $2, $3, $4)", [run.runId, ...words]),
      );
      expect(await answerOf(work), words.join()).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    }
    expect(await answerOf(exec.query("SELECT cutter_runtime.order_revert($1, 'a', 'b', 'retired')", [run.runId]))).toBe(
      "42501",
    );
    await expect(effect(exec, run, "revert", () => setAside(exec, run))).resolves.toBeUndefined();
  });

  it("a run that was opened with a key is moved by nobody who has only a password; revoked by people it can be closed", async () => {
    await exec.query("SELECT set_config('cutter.run_key', 'the key of this host', false)");
    const id = "ictr-20260101T000000Z-0123abcd";
    await exec.query("SELECT cutter_runtime.open_run($1, 'KEYED-1', 'h', 'a', 'r', 'host 1 2')", [id]);
    const thief = await world.db.connect("cutter_exec");
    const calls = [
      "take_lease($1, 'thief', 'host 1 2')",
      "release_lease($1, 1)",
      "set_state($1, 1, 'torn', 'STOP_TORN')",
      "close_run($1, 1, 'voided', 'x')",
      "record_phase($1, 'source_pin', 1, repeat('0', 64), repeat('0', 64), '{}')",
      "append_journal($1, 1, 1, repeat('0', 64), repeat('0', 64), '{}')",
      "begin_effect($1, 'cut_leg_a', 1, repeat('0', 64), '{}', 60)",
      "record_receipt($1, 1, 1, '{}', 'a', 'b', 1, 'c', '{}', 'd')",
      "lock_runs_index($1)",
    ];
    for (const call of calls)
      expect(await answerOf(thief.query(`SELECT cutter_runtime.${call}`, [id])), call).toBe("STOP_FENCED");
    expect(await answerOf(exec.query("SELECT cutter_runtime.set_state($1, 1, 'ambiguous', NULL)", [id]))).toBe(
      "accepted",
    );
    await revoke(world, "run", id);
    expect(await answerOf(thief.query("SELECT cutter_runtime.close_run($1, 1, 'voided', 'x')", [id]))).toBe("accepted");
  });

  it("no login of the database holds up a writer or a halt by an advisory lock, whatever its number", async () => {
    const stranger = await world.db.connect("cutter_backup");
    await stranger.query(
      "SELECT pg_advisory_lock(4850188127903746001), pg_advisory_lock(hashtextextended('cutter_runtime.open_run SAMPLE', 0)), pg_advisory_lock(hashtextextended('cutter runs-index.jsonl', 0))",
    );
    await expect(cutLegA(exec, run)).resolves.toBeUndefined();
    await world.halt.query(
      "SELECT cutter_runtime.request_halt(NULL, 'stop', 'operator'), cutter_runtime.acknowledge_halt()",
    );
    await stranger.query("BEGIN");
    expect(await answerOf(stranger.query("SELECT FROM cutter_runtime.lease FOR KEY SHARE"))).toBe("42501");
    await stranger.query("ROLLBACK");
  });

  it("a flood of halts is a hundred rows, which one UNHALT can name, and each is answered with a halt that stands", async () => {
    for (let n = 0; n < 130; n += 1) await world.halt.query("SELECT cutter_runtime.request_halt(NULL, 'flood', 'x')");
    expect(await one(world.superuser, "SELECT count(*) FROM cutter_runtime.halt")).toBe("100");
  });

  it("cutter_gate's password lays no other plan under a run that waits for its signatures", async () => {
    await exec.query("SELECT cutter_runtime.close_run($1, $2, 'voided', 'over')", [run.runId, run.epoch]);
    const waiting = await admittedRun(world, "WAITING");
    expect(
      await one(world.superuser, "SELECT count(*) FROM cutter_runtime.planned_unit WHERE run_id = $1", [waiting.runId]),
    ).toBe("3");
    const other = { ...waiting, units: waiting.units.map((unit) => ({ ...unit, content_hash: sha("another text") })) };
    expect(
      await answerOf(admit(world.gate, other, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA })),
    ).toBe("STOP_DRIFT");
  });
});
