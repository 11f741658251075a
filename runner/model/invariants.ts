// What each phase proves, by name: its record exists only if every one of them held. Reports and state.json show them as n/n.
import { STRUCTURAL_CHECKS } from "./outputs.ts";
import type { RecordedPhase } from "./run.ts";

const IN_EVERY_WRITE = ["rows_as_predicted", "protected_documents_equal"] as const;

/** Names by phase; a process that did not run a phase itself tells of it from here. */
// prettier-ignore
export const INVARIANTS = {
  source_pin: ["source_document_row_exists", "newest_version_pinned", "region_hashes_to_checksum", "target_policy", "baseline_read"],
  mark: ["built_twice_equal", "lossless", "within_caps", "text_hygiene", "addresses_unique"],
  cutplan: ["vocabulary", "no_duplicate_address", "no_existing_address", "caps", "lock_table_room", "manifest_as_marked"],
  pre_write_backup: ["snapshot_held", "one_recipient", "restored", "row_counts_equal", "row_checksums_equal"],
  grant_probe: [
    "cutter_exec_execute_canonical_fns", "cutter_verify_select_insert_verify_result", "directus_select_review_decision", "no_public_execute_leak",
    "two_grant_package", "environment_read",
  ],
  cut_leg_a: ["every_status_created", ...IN_EVERY_WRITE, "environment_equal"],
  structural_verify: STRUCTURAL_CHECKS,
  leg_b_record: ["rows_2n_plus_6", "one_review_decision", "executor_signature", ...IN_EVERY_WRITE],
  write_verify: [...STRUCTURAL_CHECKS, "lossless_from_database", "ledger_rows_2n_plus_6", "ledger_as_planned", "no_earlier_verdict"],
  lifecycle_enact: ["observed_digest_equal", "second_review_decision", "every_status_enacted", ...IN_EVERY_WRITE],
  closeout: [
    "every_phase_recorded", "units_enacted", "ledger_rows", "one_verdict", "ledger_as_planned", "log_rows", "authors", "two_review_decisions", "triggers_enabled", "no_usable_admission", "protected_documents_equal",
  ],
  revert: ["only_own_drafts", "addresses_free", ...IN_EVERY_WRITE],
} as const satisfies Readonly<Record<RecordedPhase, readonly string[]>>;
