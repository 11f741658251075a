// What a worker counts as its work after another release was laid.
import { expect, test } from "vitest";
import { seenBy } from "../../../../runner/rules/legs-of-releases.ts";
import type { LegStanding } from "../../../../runner/world/scheduler.ts";

const leg = (id: string, state: LegStanding["state"], release: string): LegStanding => ({
  ...{ id, state, release },
  worker: state === "working" ? "law-1 1 1" : null,
});

test("a worker of the release before has no work in what is queued for the new one, and makes room for it", () => {
  const legs = [leg("plan/new", "queued", "new"), leg("cut/old", "ended", "old")];
  expect(seenBy("old", legs, new Set(["old"]))).toMatchObject({ own: [], others: true });
  expect(seenBy("new", legs, new Set(["old", "new"]))).toMatchObject({ own: [{ id: "plan/new" }], others: false });
});

test("what a worker of the release before left behind is told, and what one that still lives has is not", () => {
  const legs = [leg("cut/a", "working", "old"), leg("cut/b", "queued", "old"), leg("cut/c", "queued", "new")];
  expect(seenBy("new", legs, new Set(["new"])).leftOver).toEqual(["cut/a", "cut/b"]);
  expect(seenBy("new", legs, new Set(["new", "old"])).leftOver).toEqual([]);
});
