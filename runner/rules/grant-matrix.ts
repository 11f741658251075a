// The recorded grant matrix: four booleans, their digest, and the two-grant package beside it.
import type { RowOf } from "../model/rows.ts";
import { sha256 } from "../model/canonical.ts";
import type { Verdict } from "../model/stop.ts";

/** The four booleans in the order that the digest covers; row of `sql/read/grant-matrix.sql`. */
export type GrantMatrix = RowOf<"read/grant-matrix">;

/** Row of `sql/read/two-grant.sql`: may cutter_exec SELECT these two ledger tables. */
export type TwoGrant = RowOf<"read/two-grant">;

const MEANING = [
  ["cutter_exec_execute_canonical_fns", "cutter_exec may execute fn_iu_create and fn_iu_enact"],
  ["cutter_verify_select_insert_verify_result", "cutter_verify may select and insert verify_result"],
  ["directus_select_review_decision", "directus may select review_decision"],
  ["no_public_execute_leak", "PUBLIC may execute no function of cutter_governance"],
] as const satisfies readonly (readonly [keyof GrantMatrix, string])[];

/** sha256 of the four booleans written `True` or `False` and joined by `|`; the form earlier records of this system carry. */
export function grantMatrixSha(matrix: GrantMatrix): string {
  return sha256(MEANING.map(([key]) => (matrix[key] ? "True" : "False")).join("|"));
}

/** STOP_GRANT_DELTA unless the matrix has the configured digest; names each boolean that is false. */
export function judgeGrantMatrix(matrix: GrantMatrix, expectedSha: string): Verdict {
  const sha = grantMatrixSha(matrix);
  if (sha === expectedSha) return undefined;
  const details = MEANING.map(([key, meaning]) => `${key} = ${matrix[key]} (${meaning})`);
  const wrong = MEANING.filter(([key]) => !matrix[key]).map(([, meaning]) => `not true that ${meaning}`);
  return {
    code: "STOP_GRANT_DELTA",
    facts: {
      saw: wrong.length > 0 ? wrong.join("; ") : `all four rights hold, digest ${sha}`,
      wanted: `a grant matrix with digest ${expectedSha}`,
      details,
    },
  };
}

/** STOP_GRANT_DELTA unless package two-grant is in force. */
export function judgeTwoGrant(granted: TwoGrant): Verdict {
  const missing = [
    granted.verify_result ? [] : ["verify_result"],
    granted.cut_change_set_affected_row ? [] : ["cut_change_set_affected_row"],
  ].flat();
  if (missing.length === 0) return undefined;
  return {
    code: "STOP_GRANT_DELTA",
    facts: {
      saw: `cutter_exec may not select ${missing.map((table) => `cutter_governance.${table}`).join(" and ")}`,
      wanted: "both rights of database package two-grant",
      hint: "apply database package two-grant as workflow_admin",
    },
  };
}
