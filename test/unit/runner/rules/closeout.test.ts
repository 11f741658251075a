// The list that closeout records and `verify` looks at again: each point of it alone must be able to fail.
import { expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { INVARIANTS } from "../../../../runner/model/invariants.ts";
import { PHASES } from "../../../../runner/model/run.ts";
import { judgeEnd, type EndFacts } from "../../../../runner/rules/closeout.ts";

const unit = (ordinal: number): EndFacts["units"][number] => ({
  ordinal,
  address: `LAW-1/S-${ordinal}`,
  planned_title_sha: sha256("title"),
  planned_content_hash: sha256("body"),
  planned_section_type: "section",
  planned_unit_kind: "law_unit",
  planned_owner: "owner",
  planned_publication_type: "law",
  planned_parent: null,
  owner: "owner",
  publication_type: "law",
  unit_id: `u${ordinal}`,
  lifecycle_status: "enacted",
  section_type: "section",
  unit_kind: "law_unit",
  content_anchor_ref: `v${ordinal}`,
  version_anchor_ref: `v${ordinal}`,
  title: "title",
  parent: null,
  version_id: `v${ordinal}`,
  body: "body",
  content_hash: sha256("body"),
  version_seq: 1,
  version_status: "enacted",
  versions: 1,
  births: 1,
});
const UNITS = [unit(1), unit(2)];
const END: EndFacts = {
  units: UNITS,
  standing: UNITS.map(({ address }) => ({ address, lifecycle_status: "enacted" })),
  ledger_rows: 10,
  verdicts: 1,
  signed_verdicts: 1,
  verdict_marks: 1,
  log: { rows: 2, as_planned: 2, other_authors: 0 },
  ledger_differences: [],
  decisions: 2,
  triggers: [
    { trigger: "trg_iu_enacted_immut", relation: "public.information_unit", mode: "O" },
    { trigger: "trg_uv_enacted_immut", relation: "public.unit_version", mode: "A" },
  ],
  phases: PHASES.filter((phase) => phase !== "closeout"),
  usable_admissions: [],
  counts: [],
};

test("a finished run passes, and the points it passes are those that reports and state count", () => {
  const { verdict, checks = {} } = judgeEnd(END, { units: 2 });
  expect(verdict).toBeUndefined();
  expect([...Object.keys(checks), "protected_documents_equal"].sort()).toEqual([...INVARIANTS.closeout].sort());
});

test.each<[point: string, change: Partial<EndFacts>]>([
  ["every_phase_recorded", { phases: END.phases.filter((phase) => phase !== "write_verify") }],
  ["units_enacted", { units: [unit(1), { ...unit(2), lifecycle_status: "draft" }] }],
  ["units_enacted", { standing: [...END.standing, { address: "LAW-1/S-3", lifecycle_status: "draft" }] }],
  ["ledger_rows", { ledger_rows: 9 }],
  ["one_verdict", { verdicts: 0, signed_verdicts: 0, verdict_marks: 0 }],
  ["one_verdict", { verdicts: 2 }],
  ["one_verdict", { signed_verdicts: 0 }],
  ["one_verdict", { verdict_marks: 2 }],
  ["ledger_as_planned", { ledger_differences: ["review_decision: a row that was not planned"] }],
  ["log_rows", { log: { ...END.log, rows: 3 } }],
  ["log_rows", { log: { ...END.log, as_planned: 1 } }],
  ["authors", { log: { ...END.log, other_authors: 1 } }],
  ["two_review_decisions", { decisions: 1 }],
  ["triggers_enabled", { triggers: END.triggers.slice(0, 1) }],
  ["triggers_enabled", { triggers: END.triggers.map((item) => ({ ...item, mode: "D" })) }],
  ["no_usable_admission", { usable_admissions: ["a".repeat(32)] }],
])("a run is not closed out when %s does not hold", (point, change) => {
  expect(judgeEnd({ ...END, ...change }, { units: 2 }).verdict).toMatchObject({
    code: "STOP_VERIFY_FAILED",
    facts: { saw: expect.stringMatching(`^${point}: `) },
  });
});

test("every point that fails is told at once", () => {
  expect(
    judgeEnd({ ...END, log: { ...END.log, rows: 0 }, decisions: 3 }, { units: 2 }).verdict?.facts.details,
  ).toHaveLength(2);
});
