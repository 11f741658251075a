import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeChanges, predictedChanges, type TableChanges } from "../../runner/rules/prediction.ts";

const PREDICTION = {
  "public.information_unit": { ins: { per_unit: 1, fixed: 0 }, upd: { per_unit: 2, fixed: 0 } },
  "cutter_governance.review_decision": { ins: { per_unit: 0, fixed: 1 } },
  "cutter_runtime.journal": {},
};
const row = (table: string, ins: number, upd = 0, del = 0): TableChanges => ({ table, ins, upd, del });
const EXACT = [row("public.information_unit", 5, 10), row("cutter_governance.review_decision", 1)];

test("a prediction is rates a unit plus fixed rows, and silent about tables that stay as they are", () => {
  expect(predictedChanges(PREDICTION, 5)).toEqual(EXACT);
});

test("exactly the predicted changes pass", () => {
  expect(judgeChanges([], EXACT, PREDICTION, 5)).toBeUndefined();
});

test("what this connection changed in earlier transactions is not held against this one", () => {
  const earlier = [row("public.information_unit", 7, 14), row("public.dot_config", 0, 3)];
  const after = [row("public.information_unit", 12, 24), row("public.dot_config", 0, 3), row("cutter_governance.review_decision", 1)];
  expect(judgeChanges(earlier, after, PREDICTION, 5)).toBeUndefined();
});

test("counters that fell since the first reading stop: the readings are of two transactions", () => {
  expect(judgeChanges([row("public.x", 3)], [...EXACT], PREDICTION, 5)?.facts.details).toEqual(["public.x: -3 inserted, 0 updated, 0 deleted, predicted no change"]);
});

test("every table that differs is named with what was seen and what was predicted", () => {
  const verdict = judgeChanges([], [row("public.information_unit", 5, 11), row("public.bystander", 0, 0, 1)], PREDICTION, 5);
  expect(verdict?.code).toBe("STOP_INVARIANT_FAILED");
  expect(verdict?.facts.details).toEqual([
    "cutter_governance.review_decision: no change, predicted 1 inserted, 0 updated, 0 deleted",
    "public.bystander: 0 inserted, 0 updated, 1 deleted, predicted no change",
    "public.information_unit: 5 inserted, 11 updated, 0 deleted, predicted 5 inserted, 10 updated, 0 deleted",
  ]);
});

test("any change of pg_catalog stops and says what kind of act shows there", () => {
  const verdict = judgeChanges([], [...EXACT, row("pg_catalog.pg_class", 0, 1)], PREDICTION, 5);
  expect(verdict?.facts.details?.[0]).toContain("a definition, right or trigger mode was changed, or a table truncated");
});

test("toast tables only repeat their owners' changes and are ignored", () => {
  expect(judgeChanges([], [...EXACT, row("pg_toast.pg_toast_16401", 12)], PREDICTION, 5)).toBeUndefined();
});

test("one row more or less anywhere never passes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom("ins", "upd", "del"), fc.constantFrom(-1, 1), fc.nat({ max: 2 }), (units, kind, step, at) => {
    const tables = ["public.information_unit", "cutter_governance.review_decision", "public.other"];
    const exact = predictedChanges(PREDICTION, units);
    const table = tables[at] ?? "public.other";
    const was = exact.find((known) => known.table === table) ?? row(table, 0);
    const bent = [...exact.filter((known) => known.table !== table), { ...was, [kind]: was[kind] + step }];
    expect(judgeChanges([], bent, PREDICTION, units)?.code).toBe("STOP_INVARIANT_FAILED");
  }));
});
