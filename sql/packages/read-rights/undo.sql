-- role: admin
-- params: none
-- returns: none
-- Takes the SELECTs back, then the role; the role stays when another database of this cluster still gives it rights.
SET LOCAL ROLE directus;
REVOKE SELECT ON public.information_unit, public.unit_version, public.iu_lifecycle_log, public.birth_registry,
  public.iu_lifecycle_vocab, public.dot_config FROM cutter_backup;
REVOKE SELECT ON public.birth_registry, public.dot_config, public.iu_lifecycle_vocab FROM cutter_exec;
REVOKE SELECT ON public.iu_lifecycle_log, public.birth_registry, public.dot_config FROM cutter_verify;
RESET ROLE;
REVOKE SELECT ON cutter_governance.source_document_registry, cutter_governance.source_document_version_registry FROM cutter_exec;
REVOKE SELECT ON
  cutter_governance.manifest_envelope, cutter_governance.manifest_unit_block, cutter_governance.review_decision,
  cutter_governance.cut_change_set_affected_row, cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history
  FROM cutter_verify;
REVOKE SELECT ON
  cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history,
  cutter_governance.decision_backlog_dependency, cutter_governance.decision_backlog_sweep_log,
  cutter_governance.manifest_envelope, cutter_governance.manifest_unit_block, cutter_governance.review_decision,
  cutter_governance.dot_pair_signature, cutter_governance.cut_change_set, cutter_governance.cut_change_set_affected_row,
  cutter_governance.verify_result, cutter_governance.canonical_address_alias,
  cutter_governance.source_document_registry, cutter_governance.source_document_version_registry
  FROM cutter_backup;
REVOKE USAGE ON SCHEMA cutter_governance FROM cutter_backup;
DO $$
BEGIN
  DROP ROLE cutter_backup;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE NOTICE 'cutter_backup stays: another database of this cluster still gives it rights';
END $$;
