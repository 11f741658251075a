-- role: admin
-- params: none
-- returns: none
-- Takes the triggers, the event trigger and their functions away; from then on only the client program refuses.
SET LOCAL ROLE directus;
DROP TRIGGER trg_iu_cut_admission ON public.information_unit;
DROP TRIGGER trg_uv_cut_admission_later ON public.unit_version;
DROP TRIGGER trg_uv_cut_admission ON public.unit_version;
DROP FUNCTION public.fn_iu_cut_admission();
DROP FUNCTION public.fn_uv_cut_admission();
DROP FUNCTION public.fn_cut_admission_differing(uuid, text, text);
DROP FUNCTION public.fn_cut_admission_refuse(text, text, text);
DROP FUNCTION public.fn_cut_writes_to_text();
RESET ROLE;
DROP TRIGGER trg_dps_cut_principal ON cutter_governance.dot_pair_signature;
DROP FUNCTION cutter_governance.fn_cut_refuse_foreign_mark();
DROP EVENT TRIGGER cut_refuse_ddl;
DROP FUNCTION cutter_governance.fn_cut_refuse_ddl();
DROP TRIGGER trg_cut_rows ON cutter_governance.decision_backlog_entry;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.decision_backlog_entry;
DROP TRIGGER trg_cut_rows ON cutter_governance.decision_backlog_history;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.decision_backlog_history;
DROP TRIGGER trg_cut_rows ON cutter_governance.manifest_envelope;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.manifest_envelope;
DROP TRIGGER trg_cut_rows ON cutter_governance.manifest_unit_block;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.manifest_unit_block;
DROP TRIGGER trg_cut_rows ON cutter_governance.review_decision;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.review_decision;
DROP TRIGGER trg_cut_rows ON cutter_governance.dot_pair_signature;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.dot_pair_signature;
DROP TRIGGER trg_cut_rows ON cutter_governance.cut_change_set;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.cut_change_set;
DROP TRIGGER trg_cut_rows ON cutter_governance.cut_change_set_affected_row;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.cut_change_set_affected_row;
DROP TRIGGER trg_cut_rows ON cutter_governance.verify_result;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.verify_result;
DROP TRIGGER trg_cut_rows ON cutter_governance.decision_backlog_dependency;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.decision_backlog_dependency;
DROP TRIGGER trg_cut_rows ON cutter_governance.decision_backlog_sweep_log;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.decision_backlog_sweep_log;
DROP TRIGGER trg_cut_rows ON cutter_governance.canonical_address_alias;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.canonical_address_alias;
DROP TRIGGER trg_cut_rows ON cutter_governance.source_document_registry;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.source_document_registry;
DROP TRIGGER trg_cut_rows ON cutter_governance.source_document_version_registry;
DROP TRIGGER trg_cut_unchanged ON cutter_governance.source_document_version_registry;
DROP TRIGGER trg_log_cut_admission ON public.iu_lifecycle_log;
DROP TRIGGER units_are_judged ON cutter_runtime.phase_done;
DROP TRIGGER effect_is_whole ON cutter_runtime.phase_done;
DROP FUNCTION cutter_runtime.refuse_unplanned_log();
DROP FUNCTION cutter_runtime.refuse_incomplete_effect();
DROP FUNCTION cutter_runtime.judge_units();
DROP FUNCTION cutter_runtime.units_missing(text, text);
DROP FUNCTION cutter_runtime.ledger_differences(text);
DROP FUNCTION cutter_runtime.recorded_rows(text);
DROP FUNCTION cutter_runtime.refuse_ledger_change();
DROP FUNCTION cutter_runtime.refuse_unplanned_rows();
DROP FUNCTION cutter_runtime.nearest_difference(jsonb, jsonb[]);
DROP FUNCTION cutter_runtime.planned_rows(text, text, text, text);
DROP FUNCTION cutter_runtime.planned_decision(text, text);
DROP FUNCTION cutter_runtime.planned_mark(uuid, text, jsonb, cutter_runtime.run, timestamptz, text, jsonb);
DROP FUNCTION cutter_runtime.ledger_facts(text, text, text);
REVOKE USAGE ON SCHEMA cutter_governance FROM cutter_owner;
REVOKE SELECT ON
  cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history, cutter_governance.manifest_envelope,
  cutter_governance.manifest_unit_block, cutter_governance.review_decision, cutter_governance.dot_pair_signature,
  cutter_governance.cut_change_set, cutter_governance.cut_change_set_affected_row, cutter_governance.verify_result FROM cutter_owner;
SET LOCAL ROLE directus;
REVOKE SELECT ON public.information_unit, public.unit_version, public.iu_lifecycle_log FROM cutter_owner;
RESET ROLE;
