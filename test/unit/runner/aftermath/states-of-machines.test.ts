// When a machine's file of a run tells of a time before what another machine did.
import { expect, test } from "vitest";
import { isOlder } from "../../../../runner/aftermath/states-of-machines.ts";
import type { StateJson } from "../../../../runner/model/state.ts";

const file = (over: Partial<Pick<StateJson, "state" | "closed" | "last_stop">> = {}, epoch = "4"): StateJson =>
  ({
    ...{ state: "awaiting_cut_authorization", last_stop: "STOP_APPROVAL_REQUIRED", closed: null },
    ...over,
    lease: { epoch, holder: null, expires_at: null },
  }) as StateJson;
const records = { state: "awaiting_cut_authorization", last_stop: "STOP_APPROVAL_REQUIRED", epoch: "4" };

test.each([
  ["a run that has no file here", undefined, records, true],
  ["the same state", file(), records, false],
  ["a run that another machine carried on", file(), { ...records, state: "leg_b_recorded", epoch: "5" }, true],
  ["a run that another machine took and left in the same state", file(), { ...records, epoch: "5" }, true],
  ["a run that another machine closed", file(), undefined, true],
  ["a run that is closed in both", file({ closed: "2026-11-30T00:00:00.000Z" }), undefined, false],
  ["a COMMIT whose answer only this machine waits for", file({ state: "ambiguous" }), records, false],
  ["a COMMIT whose answer another machine found", file({ state: "ambiguous" }), { ...records, epoch: "5" }, true],
] as const)("%s: %#", (_what, lying, known, older) => {
  expect(isOlder(lying, known)).toBe(older);
});
