// The same as vn-law-1-noise.test.ts with cases nobody has seen: twenty fresh seeds, two thousand cases each. A fixed seed hides what it
// does not draw; the seed of a red run is in its message, and what is found becomes a test of its own.
import { randomInt } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headsOfPrinted, itemsOfPrinted, printedItems, printedLaw } from "../../../support/printed-noise.ts";

const SEEDS = Array.from({ length: 20 }, () => randomInt(2 ** 31));

test.each(SEEDS)("seed %i: a law with noise of every kind keeps its articles and chapters, or is refused", (seed) => {
  fc.assert(
    fc.property(printedLaw, fc.constantFrom("dieu" as const, "khoan" as const, "diem" as const), (printed, depth) => {
      const { got, wanted } = headsOfPrinted(printed, depth);
      if (got !== undefined) expect(got).toEqual(wanted);
    }),
    { seed, numRuns: 2_000 },
  );
});

test.each(SEEDS)("seed %i: clauses and points in every form are all cut, or the law is refused", (seed) => {
  fc.assert(
    fc.property(printedItems, fc.constantFrom("khoan" as const, "diem" as const), (printed, depth) => {
      const { got, wanted } = itemsOfPrinted(printed, depth);
      if (got !== undefined) expect(got).toEqual(wanted);
    }),
    { seed, numRuns: 2_000 },
  );
});
