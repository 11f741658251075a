import { expect, test } from "vitest";
import { upFailure } from "../../../../scripts/stack/up-failure.ts";
import type { UpTold } from "../../../../scripts/stack/engine-events.ts";

const NOTHING: UpTold = { failed: [], planBroken: [], others: [], unfinished: [] };
const stop = (told: Partial<UpTold>, stderr = "") =>
  upFailure({ status: 255, stdout: "", stderr, told: { ...NOTHING, ...told } }, "vmi1");

test("a script that fails under a saved plan is told as its failure, not as a host that changed", () => {
  const both = stop({
    failed: [{ part: "package-runtime", said: ["permission denied"] }],
    planBroken: ["expected resource operations for x"],
  });
  expect([both.code, both.facts.details]).toEqual(["STOP_COULD_NOT_LOOK", ["package-runtime: permission denied"]]);
  expect(stop({ planBroken: ["resource x violates plan: …"] }).code).toBe("STOP_DRIFT");
});

test("a lock is told with its holder and the command that takes it away", () => {
  const locked = stop(
    {},
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
      "  s3://state/.pulumi/locks/organization/cutter/vmi1/0a.json: created by linh@desk-7 (pid 4711) at 2026-11-29T10:00:00Z\n",
  );
  expect([locked.code, locked.facts.next]).toEqual(["STOP_LEASE_HELD", "npm run unlock -- vmi1"]);
  expect(locked.facts.details).toEqual([
    expect.stringMatching(/^linh@desk-7, process 4711, since 2026-11-29T10:00:00Z: of another machine/),
  ]);
});

test("an open run is named with the command for this stack", () => {
  const open = stop({
    failed: [{ part: "approver-set", said: ["STOP_RUN_OPEN ictr-20261120T000000Z-00000001", "finish it"] }],
  });
  expect([open.code, open.facts.next]).toEqual(["STOP_RUN_OPEN", "npm run status -- --stack vmi1"]);
});

test("an engine that ended before its first event is told by its own last words", () => {
  expect(stop({}, "error: could not open bucket: AccessDenied\n").facts.details).toEqual([
    "error: could not open bucket: AccessDenied",
  ]);
});
