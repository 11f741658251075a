// What a stolen password writes into the ledger, the log and the journal: alone, and inside the window of an admitted effect.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  enactAll,
  enactmentSteps,
  legBSteps,
  runSteps,
  verdictSteps,
  writeLegB,
  writeVerdict,
  type Step,
} from "../support/ledger-by-sql.ts";
import { admittedRun, everyRow, openPrincipals, type Principals, refusal } from "../support/principals.ts";
import {
  admit,
  answerOf,
  beginEffect,
  cutLegA,
  DECISION,
  effect,
  enact,
  endEffect,
  reachVerified,
  recordPhase,
  SG_2_SHA,
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
const verifiedRun = async (): Promise<void> => {
  await reachVerified(exec, verify, run);
  await admit(world.gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
};

describe("with the password alone, outside an effect", () => {
  const REVIEW = `INSERT INTO cutter_governance.review_decision (review_decision_id, governance_event_kind, manifest_id, manifest_version,
    review_scope, status, verdict, findings, reviewer_class, reviewer_identity, risk_class_assessment, decision_at, decided_by,
    cross_signed_by_dot_verifier, version, created_at, updated_at)
    SELECT gen_random_uuid(), 'cut_governed', manifest_id, 'm', 'manifest', 'decided', 'approve', '[]', 'sovereign', 'GPT/User', 'low', now(), 'GPT/User', false, 1, now(), now()
      FROM cutter_governance.review_decision LIMIT 1`;
  const CHANGE_SET = `INSERT INTO cutter_governance.cut_change_set (change_set_id, rollback_key, idempotency_key, manifest_id, manifest_version,
    review_decision_id, executor_tool_revision, verifier_tool_revision, emitted_by, state)
    SELECT gen_random_uuid(), 'r', 'i', manifest_id, 'm', review_decision_id, 'e', 'v', 'cutter_exec/DOT-991', 'committed' FROM cutter_governance.cut_change_set LIMIT 1`;
  const VERDICT = `INSERT INTO cutter_governance.verify_result (verify_result_id, change_set_id, manifest_id, manifest_version, review_decision_id,
    executor_tool_revision, verifier_tool_revision, verify_kind, verdict, state)
    SELECT gen_random_uuid(), change_set_id, manifest_id, manifest_version, review_decision_id, 'e', 'v', 'axis_1_round_trip', 'pass', 'complete'
      FROM cutter_governance.cut_change_set LIMIT 1`;
  const ENVELOPE =
    "INSERT INTO cutter_governance.manifest_envelope (envelope_id, operation_kind, status, source_doc_ref, created_by, created_at) VALUES (gen_random_uuid(), 'first_cut', 'cut', 'x', 'GPT/User', now())";
  const ENTRY = "INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind) SELECT gen_random_uuid(), 'cut'";

  it.each([
    ["cutter_exec", "a sovereign's decision", REVIEW],
    ["cutter_exec", "a change set", CHANGE_SET],
    ["cutter_exec", "a manifest", ENVELOPE],
    ["cutter_exec", "a backlog entry", ENTRY],
    ["cutter_verify", "a verdict", VERDICT],
    ["cutter_verify", "a change set", CHANGE_SET],
  ] as const)(
    "%s cannot write %s, and a colleague's fn_iu_enact finds nothing to believe",
    async (role, _what, sql) => {
      const before = await everyRow(world.db);
      const client = role === "cutter_exec" ? exec : verify;
      expect(await answerOf(client.query(sql))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
      expect(await answerOf(client.query(`DO $$ BEGIN ${sql}; EXCEPTION WHEN OTHERS THEN NULL; END $$`))).toBe(
        "accepted",
      );
      expect(await everyRow(world.db)).toBe(before);
    },
  );

  it("the planned ids of a run cannot be squatted before its leg B, and leg B then goes through", async () => {
    await writtenRun();
    expect(
      await answerOf(
        exec.query("INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind) VALUES ($1, 'cut')", [
          run.ledger.entry_id,
        ]),
      ),
    ).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    await expect(effect(exec, run, "leg_b_record", () => writeLegB(exec, run))).resolves.toBeUndefined();
  });

  it("an extra decision on the change set between verdict and enactment is refused, and the run is enacted", async () => {
    await verifiedRun();
    const [step] = await legBSteps(exec, run).then((steps) =>
      steps.filter((one) => one.name === "write/review-decision"),
    );
    if (!step) throw new Error("no decision");
    step.params[0] = "0e0e0e0e-0000-4000-8000-000000000001";
    expect(await answerOf(runSteps(exec, [step]))).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
    await expect(enact(exec, run)).resolves.toBeUndefined();
  });
});

describe("inside the window of an admitted effect", () => {
  /** Leg B with one value of one statement altered. */
  const altered = async (name: Step["name"], at: number, value: unknown): Promise<string> => {
    const work = effect(exec, run, "leg_b_record", async () => {
      const steps = await legBSteps(exec, run);
      for (const step of steps) if (step.name === name) step.params[at] = value;
      await runSteps(exec, steps);
    });
    return refusal(work);
  };

  it.each<[string, Step["name"], number, unknown, string]>([
    ["another reviewer of the manifest", "write/leg-b-envelope", 4, "GPT/User", "reviewer"],
    ["another creator of the manifest", "write/leg-b-envelope", 3, "directus/chief-justice", "created_by"],
    ["another decider", "write/review-decision", 9, "GPT/User", "decided_by"],
    ["another verdict", "write/review-decision", 5, "reject", "verdict"],
    ["another tool revision", "write/review-decision", 12, "v666", "tool_revision"],
    ["another moment of the decision", "write/review-decision", 8, new Date(0), "decision_at"],
    ["another emitter of the change set", "write/leg-b-change-set", 11, "somebody", "emitted_by"],
    ["another count of units", "write/leg-b-change-set", 8, 99, "affected_unit_count"],
    ["another rationale", "write/leg-b-history", 4, "by royal decree", "rationale"],
    ["other findings", "write/review-decision", 6, "{}", "findings"],
    [
      "another source of a block",
      "write/leg-b-unit-blocks",
      2,
      [
        '{"byte_start":0,"byte_end":9,"line":1}',
        '{"byte_start":2,"byte_end":3,"line":2}',
        '{"byte_start":3,"byte_end":4,"line":3}',
      ],
      "source_span",
    ],
    [
      "an enacted unit as superseded that nobody signed",
      "write/leg-b-unit-blocks",
      9,
      ['[{"edge":"supersedes","document_id":"ICX-CONST","address":"ICX-CONST/DIEU-1"}]', null, null],
      "candidate_edges",
    ],
  ])("leg B with %s is refused and names the column", async (_what, name, at, value, column) => {
    await writtenRun();
    const before = await everyRow(world.db);
    expect(await altered(name, at, value)).toMatch(
      new RegExp(`^STOP_INVARIANT_FAILED .*other than planned: [^"]*${column}`),
    );
    expect(await everyRow(world.db)).toBe(before);
  });

  it("leg B with a row too few or a row too many is refused", async () => {
    await writtenRun();
    const without = effect(exec, run, "leg_b_record", async () =>
      runSteps(exec, (await legBSteps(exec, run)).slice(0, -1)),
    );
    expect(await refusal(without)).toMatch(
      /^STOP_INVARIANT_FAILED .*cut_change_set_affected_row: a planned row is missing/,
    );
    const more = effect(exec, run, "leg_b_record", async () => {
      await writeLegB(exec, run);
      await exec.query(
        "INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind) VALUES (gen_random_uuid(), 'cut')",
      );
    });
    expect(await answerOf(more)).toBe("STOP_INVARIANT_FAILED");
    const late = transaction(exec, async () => {
      await beginEffect(exec, run, "leg_b_record");
      await writeLegB(exec, run);
      await endEffect(exec, run, "leg_b_record");
      await exec.query(
        "INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind) VALUES (gen_random_uuid(), 'cut')",
      );
    });
    expect(await answerOf(late)).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
  });

  it("a verdict with another verdict, verifier or number of units is refused, and one over nothing does not end", async () => {
    await writtenRun();
    await effect(exec, run, "leg_b_record", () => writeLegB(exec, run));
    for (const [at, value] of [
      [10, 0],
      [9, "{}"],
      [8, "another release"],
    ] as const) {
      const work = effect(verify, run, "write_verify", async () => {
        const steps = verdictSteps(run);
        const [, verdict] = steps;
        if (verdict) verdict.params[at] = value;
        await runSteps(verify, steps);
      });
      expect(await answerOf(work), String(at)).toBe("STOP_INVARIANT_FAILED");
    }
    expect(await answerOf(effect(verify, run, "write_verify"))).toBe("STOP_INVARIANT_FAILED");
    await expect(effect(verify, run, "write_verify", () => writeVerdict(verify, run))).resolves.toBeUndefined();
  });

  it("an enactment under another person's name, reason, tool or change set is refused", async () => {
    await verifiedRun();
    const decided = effect(exec, run, "lifecycle_enact", async () => {
      const steps = await enactmentSteps(exec, run);
      for (const step of steps) step.params[9] = "GPT/User";
      await runSteps(exec, steps);
    });
    expect(await refusal(decided)).toMatch(/other than planned: decided_by/);
    const words = { actor: "operator", reason: `run ${run.runId}`, tool: "r1", change: run.ledger.change_set_id };
    for (const other of [
      { actor: "directus/chief-justice" },
      { reason: "by royal decree" },
      { tool: "v666" },
      { change: null },
    ]) {
      const w = { ...words, ...other };
      const work = effect(exec, run, "lifecycle_enact", async () => {
        await runSteps(exec, await enactmentSteps(exec, run));
        for (const unit of run.units)
          await exec.query("SELECT public.fn_iu_enact($1, $2, $3, 'enacted', $4, $5, $6)", [
            unit.canonical_address,
            w.actor,
            DECISION,
            w.change,
            w.reason,
            w.tool,
          ]);
      });
      expect(await answerOf(work), JSON.stringify(other)).toMatch(
        /^STOP_(?:INVARIANT_FAILED|EXECUTION_NOT_AUTHORIZED)$/,
      );
    }
    await expect(effect(exec, run, "lifecycle_enact", () => enactAll(exec, run))).resolves.toBeUndefined();
  });
});
