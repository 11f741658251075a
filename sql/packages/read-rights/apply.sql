-- role: admin
-- params: none
-- returns: none
-- Role cutter_backup, and the SELECTs the known grant matrix lacks. cutter_backup reads the cut's own tables only:
-- schema public also holds other people's data. Granting again changes nothing.
DO $$
BEGIN
  -- Roles belong to the cluster, so another database of it may have brought this one.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_backup') THEN CREATE ROLE cutter_backup; END IF;
END $$;
ALTER ROLE cutter_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 3;

GRANT USAGE ON SCHEMA cutter_governance TO cutter_backup;
GRANT SELECT ON
  cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history,
  cutter_governance.decision_backlog_dependency, cutter_governance.decision_backlog_sweep_log,
  cutter_governance.manifest_envelope, cutter_governance.manifest_unit_block, cutter_governance.review_decision,
  cutter_governance.dot_pair_signature, cutter_governance.cut_change_set, cutter_governance.cut_change_set_affected_row,
  cutter_governance.verify_result, cutter_governance.canonical_address_alias,
  cutter_governance.source_document_registry, cutter_governance.source_document_version_registry
  TO cutter_backup;

GRANT SELECT ON cutter_governance.source_document_registry, cutter_governance.source_document_version_registry TO cutter_exec;
GRANT SELECT ON
  cutter_governance.manifest_envelope, cutter_governance.manifest_unit_block, cutter_governance.review_decision,
  cutter_governance.cut_change_set_affected_row, cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history
  TO cutter_verify;

SET LOCAL ROLE directus;
GRANT SELECT ON public.information_unit, public.unit_version, public.iu_lifecycle_log, public.birth_registry,
  public.iu_lifecycle_vocab, public.dot_config TO cutter_backup;
GRANT SELECT ON public.birth_registry, public.dot_config, public.iu_lifecycle_vocab TO cutter_exec;
GRANT SELECT ON public.iu_lifecycle_log, public.birth_registry, public.dot_config TO cutter_verify;
RESET ROLE;
