// What the phases that write tell: 6, 8, 9, 10 and revert. What each says it changed are the row counts of its own record.
import { enactOutput, legAOutput, legBOutput, revertOutput, writeVerifyOutput } from "../model/outputs.ts";
import { byName, code, codes, countTable, section, table, utc, type Block } from "./blocks.ts";
import { bodyOf, type Beside, type BodyWriter } from "./phase-body.ts";
import { checkTable } from "./reading-phases.ts";

const IN_ONE = "in one transaction together with its record";

const cutLegA = bodyOf(legAOutput, (output, beside) => ({
  mutation:
    `${output.units} rows in public.information_unit, ${output.versions} in ` +
    `public.unit_version, ${output.births} in public.birth_registry, all drafts, ${IN_ONE}`,
  next: "07-structural-verify",
  facts: [
    ["units", String(output.units)],
    ["versions", String(output.versions)],
    ["birth rows", String(output.births)],
    ["answered created", `${output.created} of ${output.units}`],
  ],
  sections: [section("Admitted by", admissionTable(beside, "cut_leg_a"))],
}));

/** The statements a phase used: who, over which payload, when. The statements themselves lie in approvals/. */
function admissionTable(beside: Pick<Beside, "admissions">, phase: string): Block {
  return peopleTable(beside.admissions.filter((row) => row.used_phase === phase));
}

/** People by gate; the last six digits are those a person types when signing. */
export function peopleTable(admissions: Beside["admissions"]): Block {
  const ordered = [...admissions].sort((a, b) => byName([a.gate + a.nonce, 0], [b.gate + b.nonce, 0]));
  return table(
    ["gate", "person", "key", "payload sha ends", "signed", "used by", "used at"],
    ordered.map((row) => [
      code(row.gate),
      code(row.person),
      code(row.fingerprint),
      code(row.payload_sha.slice(-6)),
      utc(row.valid_from),
      row.used_phase === null ? "not used" : code(row.used_phase),
      row.used_at === null ? "-" : utc(row.used_at),
    ]),
  );
}

const legBRecord = bodyOf(legBOutput, (output) => ({
  mutation: `${output.total_rows} rows in cutter_governance, ${IN_ONE}`,
  next: "09-write-verify",
  facts: [
    ...codes(output, ["change_set_id", "envelope_id", "entry_id", "review_decision_id"]),
    ...codes(output, ["executor_signature_id", "rollback_key", "idempotency_key"]),
    ["rows", String(output.total_rows)],
  ],
  sections: [section("Rows by table", countTable(["table", "rows"], output.rows))],
}));

const writeVerify = bodyOf(writeVerifyOutput, (output) => ({
  mutation: `1 row in cutter_governance.verify_result and 1 in dot_pair_signature, by cutter_verify, ${IN_ONE}`,
  next: "STOP - route to the approver of SG_2_lifecycle_authz",
  facts: [...codes(output, ["observed_digest", "verify_result_id", "verifier_signature_id"])],
  sections: [section("Checks by the second principal", checkTable(output.checks))],
}));

const lifecycleEnact = bodyOf(enactOutput, (output, beside) => ({
  mutation:
    `${output.enacted} units from draft to enacted, ${output.log_rows} rows in ` +
    `public.iu_lifecycle_log, 1 row in cutter_governance.review_decision, ${IN_ONE}`,
  next: "11-closeout",
  facts: [
    ["enacted", String(output.enacted)],
    ["log rows", String(output.log_rows)],
    ...codes(output, ["review_decision_id", "prior_review_decision_id", "observed_digest"]),
  ],
  sections: [section("Admitted by", admissionTable(beside, "lifecycle_enact"))],
}));

const revert = bodyOf(revertOutput, (output) => ({
  letter: "D",
  mutation: [
    `${output.reverted} drafts set to `,
    code(output.soft_status),
    ` and their addresses moved aside, ${output.log_rows} log rows` +
      (output.review_decision_id === null ? "" : ", 1 compensating row in cutter_governance.review_decision") +
      `, ${IN_ONE}; nothing in the ledger changed or deleted`,
  ],
  next: "the document may be cut again under a new run",
  facts: [
    ["reverted", String(output.reverted)],
    ...codes(output, ["soft_status", "reason"]),
    [
      "review_decision_id",
      output.review_decision_id === null ? "none: leg B was not committed" : code(output.review_decision_id),
    ],
  ],
}));

/** By phase name. */
export const WRITING_PHASES = {
  cut_leg_a: cutLegA,
  leg_b_record: legBRecord,
  write_verify: writeVerify,
  lifecycle_enact: lifecycleEnact,
  revert,
} as const satisfies Readonly<Record<string, BodyWriter>>;
