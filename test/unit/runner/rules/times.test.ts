import { expect, test } from "vitest";
import { backupTooOld, judgeOwnTime, judgePhaseTime } from "../../../../runner/rules/times.ts";

const MINUTE = 60_000_000_000n;

test("a process stops over its run's minutes and a phase over its own", () => {
  expect(judgeOwnTime(60n * MINUTE, 60)).toBeUndefined();
  expect(judgeOwnTime(61n * MINUTE, 60)).toMatchObject({
    code: "STOP_OVER_HARD_CAP",
    facts: { saw: "61.0 minutes of own time" },
  });
  expect(judgePhaseTime("cut_leg_a", 10n * MINUTE, 10)).toBeUndefined();
  expect(judgePhaseTime("cut_leg_a", 10n * MINUTE + 6_000_000_000n, 10)).toMatchObject({
    code: "STOP_OVER_HARD_CAP",
    facts: { saw: "cut_leg_a took 10.1 minutes; nothing of it was kept" },
  });
});

test("a backup from a time that has not come is not young, because a clock was set back", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  expect([1, 3].map((minutes) => backupTooOld(new Date(now.getTime() + minutes * 60_000), now, 60))).toEqual([
    false,
    true,
  ]);
});

test("a backup is too old only past its limit", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  expect([59, 60, 61].map((minutes) => backupTooOld(new Date(now.getTime() - minutes * 60_000), now, 60))).toEqual([
    false,
    false,
    true,
  ]);
});
