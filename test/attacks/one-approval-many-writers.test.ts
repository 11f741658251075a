// One approval, many writers: intruders beside an open effect, races for a nonce, drafts of strangers.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import { everyRow } from "../support/principals.ts";
import {
  admit,
  admitCut,
  answerOf,
  anyReviewDecision,
  beginEffect,
  createUnit,
  cutLegA,
  effect,
  enact as enactRun,
  endEffect,
  EXECUTION_SHA,
  openRun,
  reachGate,
  reachVerified,
  runOver,
  SG_1_SHA,
  SG_2_SHA,
  transaction,
  unitsOf,
} from "../support/run-by-sql.ts";
import type { RunByHand, UnitByHand } from "../support/run-by-sql.ts";

let db: FreshDatabase;

describe("one effect at a time, in its own transaction", () => {
  let exec: pg.Client;
  let gate: pg.Client;
  beforeEach(async () => {
    db = await freshDatabase();
    [exec, gate] = await Promise.all([db.connect("cutter_exec"), db.connect("cutter_gate")]);
  });
  afterEach(() => db.drop());

  it("while the runner's effect is open, a second connection cannot write under it", async () => {
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admitCut(gate, run);
    const intruder = await db.connect("cutter_exec");
    await exec.query("BEGIN");
    await beginEffect(exec, run, "cut_leg_a");
    const [first, ...rest] = run.units;
    if (!first) throw new Error("the plan has no unit");
    expect(await answerOf(createUnit(intruder, { ...first, canonical_address: "SAMPLE/S-9" }))).toBe(
      "STOP_EXECUTION_NOT_AUTHORIZED",
    );
    for (const unit of [first, ...rest]) await createUnit(exec, unit);
    await endEffect(exec, run, "cut_leg_a");
    await exec.query("COMMIT");
    expect(await db.rows("SELECT 1 FROM public.information_unit WHERE canonical_address LIKE 'SAMPLE/%'")).toHaveLength(
      3,
    );
  });

  it("SG_2 enacts the planned units as they were signed, not a stranger's draft in the same document and not an edited one", async () => {
    const verify = await db.connect("cutter_verify");
    const directus = await db.connect("directus");
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admitCut(gate, run);
    await reachVerified(exec, verify, run);
    await admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
    const [unit] = unitsOf("SAMPLE", 1);
    if (!unit) throw new Error("no unit");
    await createUnit(directus, { ...unit, canonical_address: "SAMPLE/S-7" });
    const decision = await anyReviewDecision(db);
    const enact = (address: string): Promise<unknown> =>
      exec.query("SELECT public.fn_iu_enact($1, 'x', $2)", [address, decision]);
    expect(await answerOf(effect(exec, run, "lifecycle_enact", () => enact("SAMPLE/S-7")))).toBe(
      "STOP_INVARIANT_FAILED",
    );

    await directus.query("BEGIN");
    await directus.query("SET LOCAL app.canonical_writer = 'fn_iu_create'");
    await directus.query(
      "UPDATE public.information_unit SET identity_profile = jsonb_set(identity_profile, '{title}', '\"Sửa\"') WHERE canonical_address = 'SAMPLE/S-1'",
    );
    await directus.query("COMMIT");
    expect(await answerOf(enactRun(exec, run))).toBe("STOP_INVARIANT_FAILED");
  });

  it("half an enactment does not end, and after a whole one nothing more is enacted, although its lease still names the phase", async () => {
    const verify = await db.connect("cutter_verify");
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admitCut(gate, run);
    await reachVerified(exec, verify, run);
    await admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
    const decision = await anyReviewDecision(db);
    const enact = (address: string): Promise<unknown> =>
      exec.query("SELECT public.fn_iu_enact($1, 'x', $2)", [address, decision]);
    expect(await answerOf(effect(exec, run, "lifecycle_enact", () => enact("SAMPLE/S-1/A-1")))).toBe(
      "STOP_INVARIANT_FAILED",
    );
    await enactRun(exec, run);
    expect(await db.rows("SELECT effect_phase FROM cutter_runtime.lease WHERE document_id = 'SAMPLE'")).toEqual([
      { effect_phase: "lifecycle_enact" },
    ]);
    const [more] = await db.rows<{ a: string }>(
      "SELECT canonical_address AS a FROM public.information_unit WHERE lifecycle_status = 'draft' LIMIT 1",
    );
    expect(await answerOf(enact(String(more?.a)))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
  });

  it("colleagues who write as directus are not affected", async () => {
    const directus = await db.connect("directus");
    const [unit] = unitsOf("FREE", 1);
    if (!unit) throw new Error("no unit");
    await createUnit(directus, unit);
    await directus.query("SELECT public.fn_iu_enact('FREE/S-1', 'x', $1)", [await anyReviewDecision(db)]);
    expect(
      await db.rows("SELECT lifecycle_status AS s FROM public.information_unit WHERE canonical_address = 'FREE/S-1'"),
    ).toEqual([{ s: "enacted" }]);
  });

  it("a run whose plan names a stranger's drafts cannot take them for its own", async () => {
    const foreign = await db.rows<UnitByHand>(
      `SELECT u.canonical_address, row_number() OVER (ORDER BY u.canonical_address)::int AS ordinal, u.section_type, u.unit_kind, u.owner_ref, coalesce(u.identity_profile ->> 'publication_type_ref', 'law') AS publication_type, NULL AS parent_address,
              encode(sha256(convert_to(u.identity_profile ->> 'title', 'UTF8')), 'hex') AS title_sha, v.content_hash
         FROM public.information_unit u JOIN public.unit_version v ON v.id = u.version_anchor_ref WHERE u.canonical_address LIKE 'DIEU-28%'`,
    );
    const document = String(foreign[0]?.canonical_address.split("/")[0]);
    const run: RunByHand = runOver(await openRun(exec, document), foreign);
    await reachGate(exec, run);
    await admitCut(gate, run);
    const before = await everyRow(db);
    expect(await answerOf(effect(exec, run, "cut_leg_a"))).toBe("STOP_INVARIANT_FAILED");
    expect(await everyRow(db)).toBe(before);
  });

  it("drafts that a colleague makes at the planned addresses while leg A is held open are not taken for the run's own", async () => {
    const directus = await db.connect("directus");
    const run = await openRun(exec, "SAMPLE");
    await reachGate(exec, run);
    await admitCut(gate, run);
    const taken = effect(exec, run, "cut_leg_a", async () => {
      for (const unit of run.units) await createUnit(directus, unit);
    });
    expect(await answerOf(taken)).toBe("STOP_INVARIANT_FAILED");
    expect(await db.rows("SELECT 1 FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toEqual([]);
  });
});

describe("racing for one approval", () => {
  let gate: pg.Client;
  beforeEach(async () => {
    db = await freshDatabase();
    gate = await db.connect("cutter_gate");
  });
  afterEach(async () => {
    await db.drop();
  });

  async function race(racers: pg.Client[], documentId: string): Promise<void> {
    const [starter] = racers;
    if (!starter) throw new Error("nobody races");
    const run = await openRun(starter, documentId);
    await reachGate(starter, run);
    await admitCut(gate, run);
    const answers = await Promise.all(racers.map((client) => answerOf(cutLegA(client, run))));
    expect(
      answers.filter((answer) => answer === "accepted"),
      documentId,
    ).toHaveLength(1);
    expect(
      answers.filter((answer) => answer === "STOP_REPLAY_CONFLICT"),
      documentId,
    ).toHaveLength(racers.length - 1);
    const [left] = await db.rows<{ units: string; uses: string }>(
      "SELECT (SELECT count(*) FROM public.information_unit WHERE canonical_address LIKE $1 || '/%') AS units, (SELECT count(*) FROM cutter_runtime.admission_use WHERE run_id = $2) AS uses",
      [documentId, run.runId],
    );
    expect(left).toEqual({ units: "3", uses: "2" });
  }

  it("of the twelve connections the role may have, exactly one passes, five times in a row", async () => {
    const racers = await Promise.all(Array.from({ length: 12 }, () => db.connect("cutter_exec")));
    expect(await answerOf(db.connect("cutter_exec"))).toBe("53300");
    for (let round = 1; round <= 5; round += 1) await race(racers, `ROUND-${round}`);
  });

  it("of two connections exactly one passes, five times in a row", async () => {
    const racers = await Promise.all([1, 2].map(() => db.connect("cutter_exec")));
    for (let round = 1; round <= 5; round += 1) await race(racers, `ROUND-${round}`);
  });

  it("an approval used for one run is worth nothing for the next of the same document", async () => {
    const exec = await db.connect("cutter_exec");
    const first = await openRun(exec, "SAMPLE");
    await reachGate(exec, first);
    await admitCut(gate, first);
    await exec.query("SELECT cutter_runtime.close_run($1, $2, 'voided', 'start again')", [first.runId, first.epoch]);
    const second = await openRun(exec, "SAMPLE");
    await reachGate(exec, second);
    expect(await answerOf(cutLegA(exec, second))).toBe("STOP_APPROVAL_REQUIRED");
    await admit(gate, second, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    expect(
      await answerOf(
        transaction(exec, () =>
          beginEffect(exec, second, "cut_leg_a", { SG_1_cut_authz: SG_1_SHA, EXECUTION: EXECUTION_SHA }),
        ),
      ),
    ).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
  });
});
