import fc from "fast-check";
import { expect, test } from "vitest";
import { changesBetween, judgeChanges, type TableChanges } from "../../../../runner/rules/prediction.ts";

const row = (table: string, ins: number, upd = 0, del = 0): TableChanges => ({ table, ins, upd, del });
const EXACT = [row("cutter_governance.review_decision", 1), row("public.information_unit", 5, 10)];

test("exactly the predicted changes pass, in whatever order they were counted", () => {
  expect(judgeChanges(EXACT, EXACT)).toBeUndefined();
  expect(judgeChanges([...EXACT].reverse(), EXACT)).toBeUndefined();
});

test("what this connection changed in earlier transactions is not held against this one", () => {
  const earlier = [row("public.information_unit", 7, 14), row("public.dot_config", 0, 3)];
  const after = [
    row("public.information_unit", 12, 24),
    row("public.dot_config", 0, 3),
    row("cutter_governance.review_decision", 1),
  ];
  expect(changesBetween(earlier, after)).toEqual(EXACT);
});

test("counters that fell since the first reading stop: the readings are of two transactions", () => {
  expect(judgeChanges(changesBetween([row("public.x", 3)], EXACT), EXACT)?.facts.details).toEqual([
    "public.x: -3 inserted, 0 updated, 0 deleted, predicted no change",
  ]);
});

test("every table that differs is named with what was seen and what was predicted", () => {
  const verdict = judgeChanges([row("public.information_unit", 5, 11), row("public.bystander", 0, 0, 1)], EXACT);
  expect(verdict?.code).toBe("STOP_INVARIANT_FAILED");
  expect(verdict?.facts.details).toEqual([
    "cutter_governance.review_decision: no change, predicted 1 inserted, 0 updated, 0 deleted",
    "public.bystander: 0 inserted, 0 updated, 1 deleted, predicted no change",
    "public.information_unit: 5 inserted, 11 updated, 0 deleted, predicted 5 inserted, 10 updated, 0 deleted",
  ]);
});

test("any change of pg_catalog stops and says what kind of act shows there", () => {
  const verdict = judgeChanges([...EXACT, row("pg_catalog.pg_class", 0, 1)], EXACT);
  expect(verdict?.facts.details?.[0]).toContain(
    "a definition, right or trigger mode was changed, or a table truncated",
  );
});

test("toast tables only repeat their owners' changes and are ignored", () => {
  expect(changesBetween([], [...EXACT, row("pg_toast.pg_toast_16401", 12)])).toEqual(EXACT);
});

test("one row more or less anywhere never passes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("ins", "upd", "del"),
      fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0),
      fc.nat({ max: 2 }),
      (kind, step, at) => {
        const table =
          ["public.information_unit", "cutter_governance.review_decision", "public.other"][at] ?? "public.other";
        const was = EXACT.find((known) => known.table === table) ?? row(table, 0);
        const bent = [...EXACT.filter((known) => known.table !== table), { ...was, [kind]: was[kind] + step }];
        expect(judgeChanges(bent, EXACT)?.code).toBe("STOP_INVARIANT_FAILED");
      },
    ),
  );
});
