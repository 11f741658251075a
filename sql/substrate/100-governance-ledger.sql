-- The existing system, part 10: the twelve ledger tables of cutter_governance, owned by workflow_admin.
-- Facts: table names, column counts (6 9 6 10 12 13 25 16 24 8 26 9 = 164), keys, most column names, nineteen foreign
-- keys within the schema and none across, no CHECKs, defaults or triggers. A line "chosen" names columns whose names are
-- not known. Two keys of dot_pair_signature are deferred, because a signature and the row it signs name each other
-- and their writers cannot UPDATE.
SET LOCAL ROLE workflow_admin;

CREATE TABLE cutter_governance.decision_backlog_entry (
  entry_id     uuid PRIMARY KEY,
  kind         text NOT NULL,
  status       text,
  payload      jsonb,
  emitted_at   timestamptz,
  scenario_ref text
);

CREATE TABLE cutter_governance.decision_backlog_history (
  history_id           uuid PRIMARY KEY,
  entry_id             uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
  entry_version_before integer,
  entry_version_after  integer,
  change_kind          text NOT NULL,
  change_diff          jsonb,
  changed_by           text NOT NULL,
  changed_at           timestamptz NOT NULL,
  rationale            text
);

CREATE TABLE cutter_governance.decision_backlog_dependency (
  dependency_id uuid PRIMARY KEY,
  from_entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
  to_entry_id   uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
  -- chosen
  dependency_kind text,
  created_by      text,
  created_at      timestamptz
);

CREATE TABLE cutter_governance.decision_backlog_sweep_log (
  sweep_id        uuid PRIMARY KEY,
  swept_by        text NOT NULL,
  candidate_edges jsonb,
  report_summary  jsonb,
  -- chosen
  swept_at         timestamptz,
  sweep_kind       text,
  entries_examined integer,
  entries_changed  integer,
  tool_revision    text,
  scenario_ref     text
);

CREATE TABLE cutter_governance.manifest_envelope (
  envelope_id        uuid PRIMARY KEY,
  operation_kind     text NOT NULL, -- first_cut, split, merge
  status             text NOT NULL,
  source_doc_ref     text NOT NULL,
  escalation_ref     text,
  cut_change_set_ref uuid,
  created_by         text NOT NULL,
  created_at         timestamptz NOT NULL,
  reviewer           text,
  -- chosen
  manifest_version text,
  manifest_digest  text,
  updated_at       timestamptz
);

CREATE TABLE cutter_governance.manifest_unit_block (
  envelope_id                uuid NOT NULL REFERENCES cutter_governance.manifest_envelope,
  unit_local_id              text NOT NULL,
  block_role                 text NOT NULL, -- origin, result
  source_span                jsonb NOT NULL,
  render_order               integer,
  proposed_canonical_address text,
  proposed_authority         text,
  candidate_edges            jsonb,
  rationale                  text,
  -- chosen
  proposed_unit_kind      text,
  proposed_section_type   text,
  proposed_parent_address text,
  content_hash            text,
  PRIMARY KEY (envelope_id, unit_local_id)
);

CREATE TABLE cutter_governance.review_decision (
  review_decision_id               uuid PRIMARY KEY,
  governance_event_kind            text NOT NULL,
  manifest_id                      uuid NOT NULL REFERENCES cutter_governance.manifest_envelope,
  manifest_version                 text NOT NULL,
  manifest_unit_local_id           text,
  review_scope                     text NOT NULL,
  status                           text NOT NULL,
  verdict                          text NOT NULL,
  findings                         jsonb NOT NULL,
  reviewer_class                   text NOT NULL,
  reviewer_identity                text NOT NULL,
  reviewer_independence_evidence   jsonb,
  risk_class_assessment            text NOT NULL,
  decision_at                      timestamptz NOT NULL,
  decided_by                       text NOT NULL,
  cross_signed_by_dot_verifier     boolean NOT NULL,
  prior_review_decision_id         uuid REFERENCES cutter_governance.review_decision,
  superseded_by_review_decision_id uuid REFERENCES cutter_governance.review_decision,
  escalation_ref                   text,
  cut_change_set_ref               uuid,
  tool_revision                    text,
  version                          integer NOT NULL,
  created_at                       timestamptz NOT NULL,
  updated_at                       timestamptz NOT NULL,
  -- chosen
  scenario_ref text,
  FOREIGN KEY (manifest_id, manifest_unit_local_id)
    REFERENCES cutter_governance.manifest_unit_block (envelope_id, unit_local_id)
);

CREATE TABLE cutter_governance.dot_pair_signature (
  signature_id                     uuid PRIMARY KEY,
  signature_kind                   text NOT NULL, -- executor, verifier
  signer_dot_id                    text NOT NULL, -- DOT-991, DOT-992
  signer_identity                  text NOT NULL,
  signer_tool_revision             text NOT NULL,
  payload_hash                     text NOT NULL,
  signature_payload                jsonb,
  payload_envelope                 jsonb,
  cross_reference_change_set_id    uuid, -- either this one
  cross_reference_verify_result_id uuid, -- or this one
  revoked_by                       text,
  revocation_reason                text,
  -- chosen
  revoked_at       timestamptz,
  signature_scheme text,
  signed_at        timestamptz,
  scenario_ref     text
);

CREATE TABLE cutter_governance.cut_change_set (
  change_set_id          uuid PRIMARY KEY,
  rollback_key           text NOT NULL UNIQUE,
  idempotency_key        text NOT NULL UNIQUE,
  manifest_id            uuid NOT NULL REFERENCES cutter_governance.manifest_envelope,
  manifest_version       text NOT NULL,
  review_decision_id     uuid NOT NULL REFERENCES cutter_governance.review_decision,
  executor_tool_revision text NOT NULL,
  verifier_tool_revision text NOT NULL, -- the sentinel `pending` at cut time
  emitted_by             text NOT NULL,
  executor_signature_id  uuid REFERENCES cutter_governance.dot_pair_signature,
  state                  text,
  affected_unit_count    integer,
  payload_summary        jsonb,
  rollback_reason        text,
  rollback_initiated_by  text,
  scenario_ref           text,
  -- chosen
  operation_kind             text,
  emitted_at                 timestamptz,
  committed_at               timestamptz,
  rolled_back_at             timestamptz,
  compensates_change_set_id  uuid REFERENCES cutter_governance.cut_change_set,
  canonicalization_rule_used text,
  version                    integer,
  created_at                 timestamptz
);

CREATE TABLE cutter_governance.cut_change_set_affected_row (
  affected_row_id       uuid PRIMARY KEY,
  change_set_id         uuid NOT NULL REFERENCES cutter_governance.cut_change_set,
  target_table          text NOT NULL,
  target_row_id         uuid NOT NULL,
  operation_kind        text NOT NULL,
  before_state_snapshot jsonb,
  after_state_snapshot  jsonb,
  -- chosen
  row_ordinal integer
);

CREATE TABLE cutter_governance.verify_result (
  verify_result_id           uuid PRIMARY KEY,
  change_set_id              uuid NOT NULL REFERENCES cutter_governance.cut_change_set,
  manifest_id                uuid NOT NULL, -- logical, no key
  manifest_version           text NOT NULL,
  review_decision_id         uuid NOT NULL REFERENCES cutter_governance.review_decision,
  executor_signature_id      uuid REFERENCES cutter_governance.dot_pair_signature,
  verifier_signature_id      uuid REFERENCES cutter_governance.dot_pair_signature,
  executor_tool_revision     text NOT NULL,
  verifier_tool_revision     text NOT NULL,
  tool_revision_match        boolean,
  verify_kind                text NOT NULL, -- axis_1_round_trip
  axis_1_status              text,
  axis_2_status              text,
  verdict                    text NOT NULL, -- pass
  verdict_rationale          text,
  state                      text NOT NULL, -- complete
  canonicalization_rule_used text,          -- canon-md-v0.1.0
  -- chosen
  axis_1_detail       jsonb,
  axis_2_detail       jsonb,
  verify_meta         jsonb,
  verified_unit_count integer,
  mismatch_count      integer,
  verified_by         text,
  verified_at         timestamptz,
  scenario_ref        text,
  created_at          timestamptz
);

CREATE TABLE cutter_governance.canonical_address_alias (
  alias_id       uuid PRIMARY KEY,
  target_unit_id uuid NOT NULL,
  alias_text     text NOT NULL,
  alias_kind     text NOT NULL,
  valid_from     timestamptz,
  valid_until    timestamptz,
  created_by     text,
  rationale      text,
  scenario_ref   text
);

ALTER TABLE cutter_governance.dot_pair_signature
  ADD FOREIGN KEY (cross_reference_change_set_id) REFERENCES cutter_governance.cut_change_set
    DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (cross_reference_verify_result_id) REFERENCES cutter_governance.verify_result
    DEFERRABLE INITIALLY DEFERRED;

RESET ROLE;
