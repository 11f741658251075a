// Whatever prints, web sites and scanners add to a law, no article and no chapter of it is missing without a refusal.
import fc from "fast-check";
import { expect, test } from "vitest";
import { headsOfPrinted, itemsOfPrinted, printedItems, printedLaw } from "../../../support/printed-noise.ts";

test("a law with noise of every kind keeps its articles and chapters, or is refused", () => {
  let cut = 0;
  let all = 0;
  fc.assert(
    fc.property(printedLaw, fc.constantFrom("dieu" as const, "diem" as const), (printed, depth) => {
      const { got, wanted } = headsOfPrinted(printed, depth);
      all += 1;
      if (got === undefined) return;
      cut += 1;
      expect(got).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
  expect(cut / all).toBeGreaterThan(0.7);
});

test("clauses and points in every form, with lines between them that number nothing, are all cut, or the law is refused", () => {
  let cut = 0;
  let all = 0;
  fc.assert(
    fc.property(printedItems, fc.constantFrom("khoan" as const, "diem" as const), (printed, depth) => {
      const { got, wanted } = itemsOfPrinted(printed, depth);
      all += 1;
      if (got === undefined) return;
      cut += 1;
      expect(got).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
  expect(cut / all).toBeGreaterThan(0.75);
});
