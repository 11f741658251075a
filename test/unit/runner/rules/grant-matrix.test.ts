import { expect, test } from "vitest";
import {
  grantMatrixSha,
  judgeGrantMatrix,
  judgeTwoGrant,
  type GrantMatrix,
} from "../../../../runner/rules/grant-matrix.ts";

const RECORDED = "45d25e38ac2dd440d0e7fdbdd6a5a20df11afbaef715002db4e46ea60bd2d600";
const HOLDING: GrantMatrix = {
  cutter_exec_execute_canonical_fns: true,
  cutter_verify_select_insert_verify_result: true,
  directus_select_review_decision: true,
  no_public_execute_leak: true,
};

test("four rights that hold have the digest that earlier records of the system carry", () => {
  expect(grantMatrixSha(HOLDING)).toBe(RECORDED);
  expect(judgeGrantMatrix(HOLDING, RECORDED)).toBeUndefined();
});

test.each([
  ["cutter_exec_execute_canonical_fns", "not true that cutter_exec may execute fn_iu_create and fn_iu_enact"],
  ["cutter_verify_select_insert_verify_result", "not true that cutter_verify may select and insert verify_result"],
  ["directus_select_review_decision", "not true that directus may select review_decision"],
  ["no_public_execute_leak", "not true that PUBLIC may execute no function of cutter_governance"],
] as const)("a lost right is named: %s", (key, words) => {
  const verdict = judgeGrantMatrix({ ...HOLDING, [key]: false }, RECORDED);
  expect(verdict?.code).toBe("STOP_GRANT_DELTA");
  expect(verdict?.facts.saw).toBe(words);
  expect(verdict?.facts.details).toHaveLength(4);
});

test("each of the sixteen matrices has a digest of its own", () => {
  const shas = Array.from({ length: 16 }, (_, bits) =>
    grantMatrixSha({
      cutter_exec_execute_canonical_fns: (bits & 1) > 0,
      cutter_verify_select_insert_verify_result: (bits & 2) > 0,
      directus_select_review_decision: (bits & 4) > 0,
      no_public_execute_leak: (bits & 8) > 0,
    }),
  );
  expect(new Set(shas).size).toBe(16);
});

test("a host configured with another digest stops although every right holds", () => {
  const verdict = judgeGrantMatrix(HOLDING, "0".repeat(64));
  expect(verdict?.code).toBe("STOP_GRANT_DELTA");
  expect(verdict?.facts.saw).toContain("all four rights hold");
});

test("the two-grant package is asked for by the tables that are missing", () => {
  expect(judgeTwoGrant({ verify_result: true, cut_change_set_affected_row: true })).toBeUndefined();
  expect(judgeTwoGrant({ verify_result: true, cut_change_set_affected_row: false })?.facts.saw).toBe(
    "cutter_exec may not select cutter_governance.cut_change_set_affected_row",
  );
  expect(judgeTwoGrant({ verify_result: false, cut_change_set_affected_row: false })?.facts.saw).toContain(
    "verify_result and cutter_governance.",
  );
});
