import { expect, test } from "vitest";
import { authorizationOf, shasFor, UNSIGNED } from "../../../../runner/rules/authorization.ts";
import { countedEffect } from "../../../../runner/rules/rehearsed-changes.ts";

const [SG_1, EXECUTION, SG_2] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];

test("an effect is asked for the payloads of its own gates only", () => {
  const authorization = authorizationOf({ environment_hash: "e".repeat(64) }, [
    { gate: "SG_1_cut_authz", payload_sha: SG_1 },
    { gate: "EXECUTION", payload_sha: EXECUTION },
    { gate: "SG_2_lifecycle_authz", payload_sha: SG_2 },
  ]);
  expect(shasFor(authorization, "cut_leg_a")).toEqual({ SG_1_cut_authz: SG_1, EXECUTION });
  expect(shasFor(authorization, "lifecycle_enact")).toEqual({ SG_2_lifecycle_authz: SG_2 });
  expect(shasFor(authorization, "leg_b_record")).toEqual({});
  expect(authorization.environment_hash).toBe("e".repeat(64));
});

test("where nobody signs, no payload and no environment is named", () => {
  expect(UNSIGNED).toEqual({ payload_shas: {}, environment_hash: undefined });
});

test("a revert after leg B is counted as the one that writes a decision more", () => {
  expect(countedEffect("revert", () => false)).toBe("revert");
  expect(countedEffect("revert", (phase) => phase === "leg_b_record")).toBe("revert_ledger");
  expect(() => countedEffect("mark", () => true)).toThrow("mark is no effect");
});
