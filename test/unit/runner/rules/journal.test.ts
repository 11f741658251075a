// What an approver's machine makes of a history it has seen before.
import { expect, test } from "vitest";
import { isRewritten } from "../../../../runner/rules/journal.ts";

const seen = { digests: ["a", "b", "c"], requested: "2031-01-02T10:00:00.000Z" };
const EARLIER = "2031-01-02T09:00:00.000Z";
const LATER = "2031-01-02T11:00:00.000Z";

test("of two open runs the older one can be signed after the newer one", () => {
  expect(isRewritten(seen, { digests: ["a", "b"], requested: EARLIER })).toBe(false);
  expect(isRewritten(seen, { digests: [], requested: EARLIER })).toBe(false);
});

test("a history that has grown is the same history", () => {
  expect(isRewritten(seen, { digests: ["a", "b", "c", "d"], requested: LATER })).toBe(false);
  expect(isRewritten(seen, { digests: ["a", "b", "c"], requested: LATER })).toBe(false);
});

test("an entry that was changed is told, in an older request too", () => {
  for (const requested of [EARLIER, LATER]) {
    expect(isRewritten(seen, { digests: ["a", "x", "c", "d"], requested })).toBe(true);
    expect(isRewritten(seen, { digests: ["x"], requested })).toBe(true);
  }
});

test("entries that are missing from a newer request are told", () => {
  expect(isRewritten(seen, { digests: ["a", "b"], requested: LATER })).toBe(true);
  expect(isRewritten(seen, { digests: ["a", "b"], requested: seen.requested })).toBe(true);
});
