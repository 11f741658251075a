import { expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { PAYLOADS } from "../../../../runner/model/payload.ts";
import { escalationPayload, judgeWhole, type StandingUnit } from "../../../../runner/rules/escalation.ts";

const unit = (address: string, change: Partial<StandingUnit> = {}): StandingUnit => ({
  address,
  planned_title_sha: sha256("Title"),
  planned_content_hash: sha256("Text."),
  unit_id: "u",
  title: "Title",
  body: "Text.",
  ...change,
});
const gone = { unit_id: null, title: null, body: null };
const NOTHING = { legA: false, ledgerRows: undefined, reverted: false };

test("a run is whole while rows and records agree, and before anything was admitted", () => {
  expect(judgeWhole([], NOTHING)).toBeUndefined();
  expect(judgeWhole([unit("A/1", gone), unit("A/2", gone)], NOTHING)).toBeUndefined();
  expect(judgeWhole([unit("A/1"), unit("A/2")], { legA: true, ledgerRows: 10, reverted: false })).toBeUndefined();
  expect(judgeWhole([unit("A/1", gone)], { legA: true, ledgerRows: 10, reverted: true })).toBeUndefined();
});

test("units of the signed plan without a record of leg A are torn, by name; a stranger's text at the address is not", () => {
  expect(judgeWhole([unit("A/1", gone), unit("A/2")], NOTHING)).toMatchObject({
    code: "STOP_TORN",
    facts: { saw: expect.stringContaining("1 units of the signed plan stand, among them A/2") as string },
  });
  expect(judgeWhole([unit("A/1", { body: "Another text." })], NOTHING)).toBeUndefined();
});

test("a record of leg A or of the ledger with none of its rows is torn; with some of them it is left to the phase that reads them", () => {
  expect(judgeWhole([unit("A/1", gone), unit("A/2", gone)], { ...NOTHING, legA: true })?.code).toBe("STOP_TORN");
  expect(judgeWhole([unit("A/1", gone), unit("A/2")], { ...NOTHING, legA: true })).toBeUndefined();
  expect(judgeWhole([unit("A/1")], { legA: true, ledgerRows: 0, reverted: false })?.code).toBe("STOP_TORN");
});

test("the escalation names every record in the order of the phases and the phase that was not passed", () => {
  const sha = (digit: string): string => digit.repeat(64);
  const payload = escalationPayload(
    "ictr-20261120T080000Z-8a941203",
    [
      { phase: "mark", output_sha: sha("2") },
      { phase: "source_pin", output_sha: sha("1") },
    ],
    "hold",
  );
  expect(payload).toEqual({
    run_id: "ictr-20261120T080000Z-8a941203",
    failed_phase: "cutplan",
    decision: "hold",
    committed: [
      { phase: "source_pin", output_sha: sha("1") },
      { phase: "mark", output_sha: sha("2") },
    ],
  });
  expect(PAYLOADS.SG_3_failure_escalation.parse(payload)).toEqual(payload);
});
