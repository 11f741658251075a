// Where a batch stands and what may be done next, from its records alone.
import { expect, test } from "vitest";
import { legNameOf, legPrefix, type BatchId } from "../../../../runner/model/batch.ts";
import {
  batchState,
  nextLegs,
  standingOf,
  type BatchFacts,
  type MemberFacts,
} from "../../../../runner/rules/batch-progress.ts";

const ID = "ictb-20261129T120000Z-0000000a" as BatchId;
const member = (document_id: string, over: Partial<MemberFacts> = {}): MemberFacts => ({
  document_id,
  ordinal: 1,
  wave: 0,
  run_id: "ictr-20261129T120000Z-00000001",
  run_state: "awaiting_cut_authorization",
  close_kind: null,
  last_stop: "STOP_APPROVAL_REQUIRED",
  quarantined: false,
  reason: null,
  admitted: [],
  revoked: false,
  ...over,
});
const facts = (members: readonly MemberFacts[], over: Partial<BatchFacts> = {}): BatchFacts => ({
  batch_id: ID,
  close_kind: null,
  stopped: null,
  members,
  ended_waves: [],
  ...over,
});
const legs = (of: BatchFacts, asked = false): string[] =>
  nextLegs(of, asked).map(({ kind, what }) => `${kind} ${what}`);
const BOTH = ["EXECUTION", "SG_1_cut_authz"];
const ENACTED = { run_state: "closeout_reported", close_kind: "closeout" } as const;

test("a batch begins with the plan of its canary, and no later wave is planned before the canary's outcome is recorded", () => {
  const unplanned = { run_id: null, run_state: null, last_stop: null };
  const members = [member("LAW-A", unplanned), member("LAW-B", { ...unplanned, wave: 1 })];
  expect([batchState(facts(members)), legs(facts(members))]).toEqual(["batch_pending", ["plan 0"]]);
  const canary = facts([member("LAW-A", ENACTED), member("LAW-B", { ...unplanned, wave: 1 })]);
  expect([batchState(canary), legs(canary)]).toEqual(["batch_closeout", ["close 0"]]);
  const ended = facts(canary.members, { ended_waves: [0] });
  expect([batchState(ended), legs(ended)]).toEqual(["batch_planning", ["plan 1"]]);
});

test("a document is cut when both signatures are admitted, and not by the one of them", () => {
  const members = [member("LAW-A", { admitted: BOTH }), member("LAW-B", { admitted: ["SG_1_cut_authz"] })];
  expect(members.map(standingOf)).toEqual(["may_cut", "asks_cut"]);
  expect(legs(facts(members))).toEqual(["cut LAW-A"]);
});

test("a document whose EXECUTION grew too old for its new backup asks for signatures again, whatever is still admitted", () => {
  const old = member("LAW-A", { admitted: BOTH, last_stop: "STOP_APPROVAL_INVALID" });
  expect([standingOf(old), batchState(facts([old]))]).toEqual(["asks_cut", "batch_awaiting_cut_authz_set"]);
});

test("a run that was refused with what is admitted is tried again only when somebody asks", () => {
  const refused = facts([member("LAW-A", { admitted: BOTH, last_stop: "STOP_APPROVAL_INVALID" }), member("LAW-B")]);
  expect(legs(refused)).toEqual([]);
  expect(legs(refused, true)).toEqual(["cut LAW-A", "cut LAW-B"]);
});

test("a run whose process died while it wrote goes on by itself", () => {
  expect(legs(facts([member("LAW-A", { run_state: "leg_b_recorded" })]))).toEqual(["cut LAW-A"]);
  expect(legs(facts([member("LAW-A", { run_state: "lifecycle_enacted" })]))).toEqual(["enact LAW-A"]);
});

test("a document that was set aside holds nothing up, and a run that was voided beside the batch is planned again", () => {
  const aside = member("LAW-B", { quarantined: true, reason: "refused" });
  expect(legs(facts([member("LAW-A", ENACTED), aside]))).toEqual(["close 0"]);
  expect(legs(facts([member("LAW-A", { run_state: "voided", close_kind: "voided" })]))).toEqual(["plan 0"]);
});

test.each([
  { what: "stands still", over: { stopped: "a person looks" } },
  { what: "is closed", over: { close_kind: "done" } },
])("a batch that $what has no leg, whoever asks", ({ over }) => {
  expect(legs(facts([member("LAW-A", { admitted: BOTH })], over), true)).toEqual([]);
});

test("the batch is in the state of the document that is least far", () => {
  const far = member("LAW-A", { run_state: "awaiting_lifecycle_authorization" });
  expect(batchState(facts([far, member("LAW-B")]))).toBe("batch_awaiting_cut_authz_set");
  expect(batchState(facts([far]))).toBe("batch_awaiting_lifecycle_authz_set");
  expect(batchState(facts([far], { close_kind: "voided" }))).toBe("batch_failed");
});

test("a leg is known by its id, and an id of another form by none", () => {
  const leg = { batch_id: ID, kind: "cut", what: "LAW-A" } as const;
  expect(legNameOf(`${legPrefix(leg)}3`)).toEqual(leg);
  for (const id of ["", "x/cut/LAW-A/0", `${ID}/dance/LAW-A/0`, `${ID}/cut/LAW-A`, `${ID}/cut/LAW-A/x`, `${ID}/cut//0`])
    expect(legNameOf(id)).toBeUndefined();
});
