// One whole run as the database would have recorded it; builders are valid, a test changes one thing.
import type { FinalReportFacts } from "../../runner/reports/final-report.ts";
import type { ReportedRun } from "../../runner/reports/report-head.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import { STRUCTURAL_CHECKS } from "../../runner/model/outputs.ts";
import type { RowOf } from "../../runner/model/rows.ts";
import { PHASES, type RecordedPhase } from "../../runner/model/run.ts";
import { buildRequest } from "../../runner/model/statement.ts";
import { stateJson, type StateFacts } from "../../runner/rules/run-state.ts";
import type { StatusJson } from "../../runner/model/events.ts";
import { statusFromState, type Seen } from "../../runner/rules/status.ts";

export const RUN_ID = "ictr-20261120T080000Z-8a941203";
export const DOCUMENT = "SAMPLE";
export const OPENED = new Date("2026-11-20T08:00:00.000Z");
export const sha = (text: string): string => digestOf(text);
const uuid = (digit: string): string =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;
const truths = (names: readonly string[]): Record<string, true> =>
  Object.fromEntries(names.map((name) => [name, true as const]));

/** Minutes after the run was opened. */
export const minute = (minutes: number): Date => new Date(OPENED.getTime() + minutes * 60_000);

/** Recorded outputs of a run of 7 units beside two other documents. */
export function outputs(): Record<RecordedPhase, Record<string, unknown>> {
  const findings = ["trigger trg_immutable on public.information_unit is in mode O; A is the safe mode"];
  const decision = uuid("b");
  return {
    source_pin: {
      source_document_id: uuid("1"),
      source_document_ref: "sample-law",
      source_version_id: "sample-v1",
      version_label: "first",
      captured_at: "2026-11-19T10:00:00.000Z",
      region_sha: sha("region"),
      artifact_bytes: 900,
      artifact_sha: sha("artifact"),
      report_folder: "knowledge/dev/laws/sample/v0123456789abcdef-automation-cut-20261120",
      grammar: {
        profile: "generic-atx-1",
        options: { empty_body: "refuse", section_types: ["section", "article", "principle"] },
      },
      baseline: [
        {
          document: "ICX-CONST",
          set_aside: false,
          units: 60,
          versions: 60,
          content_sha: sha("const"),
          newest_updated_at: "2026-05-20T00:00:00.000000Z",
          updated_by: "founder",
        },
        {
          document: "PILOT",
          set_aside: true,
          units: 8,
          versions: 9,
          content_sha: sha("pilot"),
          newest_updated_at: null,
          updated_by: null,
        },
      ],
    },
    mark: {
      profile: "generic-atx-1",
      profile_sha: sha("profile"),
      region_sha: sha("region"),
      manifest_digest: sha("manifest"),
      units: 7,
      separators: 3,
      coverage_bytes: 900,
      built_twice_equal: true,
      findings: [{ code: "setext_heading", line: 12, text: "WORDS-OF-A-FINDING" }],
    },
    cutplan: {
      writer_digest: sha("writer"),
      candidate_count: 7,
      cut_plan_sha: sha("plan"),
      by_section_type: { section: 2, article: 5 },
    },
    pre_write_backup: {
      content_digests: {
        "public.unit_version": { rows: 165, sha: sha("uv") },
        "public.information_unit": { rows: 158, sha: sha("iu") },
      },
      content_digests_sha: sha("contents"),
    },
    grant_probe: {
      cutter_exec_execute_canonical_fns: true,
      cutter_verify_select_insert_verify_result: true,
      directus_select_review_decision: true,
      no_public_execute_leak: true,
      grant_matrix_sha: sha("matrix"),
      two_grant_package: true,
      environment_hash: sha("environment"),
      protected_hash: sha("protected"),
      timeline: "1",
      previous_closeout_sha: "0".repeat(64),
      findings,
    },
    cut_leg_a: { units: 7, versions: 7, births: 7, created: 7 },
    structural_verify: { checks: truths(STRUCTURAL_CHECKS), lossless_bytes: 900, units: 7 },
    leg_b_record: {
      entry_id: uuid("2"),
      envelope_id: uuid("3"),
      review_decision_id: uuid("a"),
      executor_signature_id: uuid("4"),
      change_set_id: uuid("5"),
      rollback_key: "rbk:canonical:sample",
      idempotency_key: "ick:canonical:sample",
      rows: { manifest_unit_block: 7, review_decision: 1 },
      total_rows: 20,
    },
    write_verify: {
      observed_digest: sha("observed"),
      verify_result_id: uuid("6"),
      verifier_signature_id: uuid("7"),
      checks: truths(["addresses", "titles"]),
    },
    lifecycle_enact: {
      review_decision_id: decision,
      prior_review_decision_id: uuid("a"),
      enacted: 7,
      log_rows: 7,
      observed_digest: sha("observed"),
    },
    closeout: {
      final_state: "closeout_reported",
      summary_sha: sha("summary"),
      checks: truths(["units_enacted"]),
      findings,
      counts: { "public.information_unit": 165, "public.unit_version": 172, "public.birth_registry": 7 },
    },
    revert: {
      reverted: 7,
      log_rows: 7,
      soft_status: "superseded",
      review_decision_id: null,
      reason: "the wrong edition",
    },
  };
}

/** Record of one phase, `minutes` after the run was opened. */
export function recordOf(
  phase: RecordedPhase,
  at: Date,
  output: unknown = outputs()[phase],
): RowOf<"read/phases-done"> {
  return {
    phase,
    epoch: "1",
    input_sha: sha(`input ${phase}`),
    output_sha: sha(`output ${phase}`),
    output,
    principal: phase === "write_verify" ? "cutter_verify" : "cutter_exec",
    xid: "900",
    at,
  };
}

/** Records of the first phases of the flow up to and with `last`, one a minute. */
export function recordsThrough(last: (typeof PHASES)[number]): RowOf<"read/phases-done">[] {
  return PHASES.slice(0, PHASES.indexOf(last) + 1).map((phase, index) => recordOf(phase, minute(index + 1)));
}

/** Backup receipt of an attempt. */
export function receipt(attempt: number, at: Date): RowOf<"read/receipts"> {
  return {
    attempt,
    content_digests: {},
    content_digests_sha: sha("contents"),
    file_sha: sha(`file ${attempt}`),
    size_bytes: "40960",
    recipient: "A".repeat(40),
    proof: {},
    proof_sha: sha(`proof ${attempt}`),
    at,
    now: at,
  };
}

/** Admitted statement of a person, signed at `at` and good for an hour unless said otherwise. */
export function admission(
  gate: string,
  person: string,
  at: Date,
  more: Partial<RowOf<"read/admissions">> = {},
): RowOf<"read/admissions"> {
  return {
    nonce: sha(gate + person).slice(0, 32),
    gate,
    payload_sha: sha(`payload ${gate}`),
    payload: {},
    person,
    fingerprint: "B".repeat(40),
    valid_from: at,
    use_by: new Date(at.getTime() + 3_600_000),
    admitted_at: at,
    used_phase: null,
    used_at: null,
    ...more,
  };
}

/** The row of an open run in a state, its lease released. */
export function runRow(state: string, more: Partial<RowOf<"read/run">> = {}): RowOf<"read/run"> {
  return {
    run_id: RUN_ID,
    document_id: DOCUMENT,
    source_version_id: "sample-v1",
    host: "vmi3080463",
    actor: "lan",
    release: sha("release"),
    state,
    last_stop: null,
    opened: OPENED,
    closed: null,
    close_kind: null,
    close_reason: null,
    epoch: "1",
    holder: null,
    expires_at: null,
    effect_phase: null,
    lease_run_id: RUN_ID,
    now: minute(20),
    ...more,
  };
}

/** Requests of both pauses over payloads in their real form. */
export function requests(requested = minute(10)) {
  const sg1 = buildRequest({
    gate: "SG_1_cut_authz",
    requested,
    payload: {
      run_id: RUN_ID,
      document_id: DOCUMENT,
      source_version_id: "sample-v1",
      region_sha: sha("region"),
      manifest_digest: sha("manifest"),
      writer_digest: sha("writer"),
      candidate_count: "7",
      target: { system_identifier: "7412345678901234567", timeline: "1", database: "directus", host: "vmi3080463" },
      backup_policy: {
        tables: ["public.information_unit"],
        context_tables: [],
        recipient: "A".repeat(40),
        max_age_minutes: "60",
        adapter: "initdb",
      },
      grant_matrix_sha: sha("matrix"),
      release_digest: sha("release"),
      approvers_sha: sha("approvers"),
      config_sha: sha("config"),
      journal_head: sha("head"),
      previous_closeout_sha: "0".repeat(64),
    },
  }).request;
  const execution = buildRequest({
    gate: "EXECUTION",
    requested,
    payload: {
      run_id: RUN_ID,
      sg1_payload_sha: sg1.payload_sha,
      rehearsal_digest: sha("rehearsal"),
      environment_hash: sha("environment"),
      backup: {
        attempt: "1",
        file_sha: sha("file 1"),
        content_digests_sha: sha("contents"),
        proof_sha: sha("proof 1"),
      },
    },
  }).request;
  const sg2 = buildRequest({
    gate: "SG_2_lifecycle_authz",
    requested,
    payload: {
      run_id: RUN_ID,
      sg1_payload_sha: sg1.payload_sha,
      observed_digest: sha("observed"),
      review_decision_id: uuid("b"),
      environment_hash: sha("environment"),
    },
  }).request;
  return { sg1, execution, sg2 };
}

/** The status of a run as its state file tells it, from the rows that the file is made of. */
export const statusOf = (facts: StateFacts, seen: Seen = {}): StatusJson =>
  statusFromState(stateJson(facts), facts.now, seen);

/** The run as its documents tell of it. */
export const REPORTED_RUN: ReportedRun = {
  run_id: RUN_ID,
  document_id: DOCUMENT,
  host: "vmi3080463",
  actor: "lan",
  release: sha("release"),
  opened: OPENED,
  database: { name: "directus", system_identifier: "7412345678901234567" },
};
export const REPORTED_RECEIPTS = [receipt(1, minute(3.5))];
export const REPORTED_SIGNATURES = [
  admission("SG_1_cut_authz", "minh", minute(5.2), { used_phase: "cut_leg_a", used_at: minute(6) }),
  admission("EXECUTION", "thu", minute(5.3), { used_phase: "cut_leg_a", used_at: minute(6) }),
  admission("SG_2_lifecycle_authz", "thu", minute(9.5), { used_phase: "lifecycle_enact", used_at: minute(10) }),
];

/** What the last document of the run is made of. */
export const finalFactsOf = (more: Partial<FinalReportFacts> = {}): FinalReportFacts => ({
  run: REPORTED_RUN,
  phases: recordsThrough("closeout"),
  proves: { cut_leg_a: ["a", "b", "c"] },
  receipts: REPORTED_RECEIPTS,
  admissions: REPORTED_SIGNATURES,
  journal_head: sha("head"),
  ...more,
});
