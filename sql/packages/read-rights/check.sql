-- role: admin
-- params: none
-- returns: many
-- cutter_backup can log in three times and only read; every SELECT of the package holds.
WITH reads(role, object) AS (
  SELECT 'cutter_backup', 'public.' || t FROM unnest(ARRAY['information_unit', 'unit_version', 'iu_lifecycle_log', 'birth_registry',
    'iu_lifecycle_vocab', 'dot_config']) AS t
  UNION ALL
  SELECT 'cutter_backup', 'cutter_governance.' || t FROM unnest(ARRAY['decision_backlog_entry', 'decision_backlog_history',
    'decision_backlog_dependency', 'decision_backlog_sweep_log', 'manifest_envelope', 'manifest_unit_block', 'review_decision',
    'dot_pair_signature', 'cut_change_set', 'cut_change_set_affected_row', 'verify_result', 'canonical_address_alias',
    'source_document_registry', 'source_document_version_registry']) AS t
  UNION ALL
  SELECT 'cutter_exec', t FROM unnest(ARRAY['public.birth_registry', 'public.dot_config', 'public.iu_lifecycle_vocab',
    'cutter_governance.source_document_registry', 'cutter_governance.source_document_version_registry']) AS t
  UNION ALL
  SELECT 'cutter_verify', t FROM unnest(ARRAY['public.iu_lifecycle_log', 'public.birth_registry', 'public.dot_config',
    'cutter_governance.manifest_envelope', 'cutter_governance.manifest_unit_block', 'cutter_governance.review_decision',
    'cutter_governance.cut_change_set_affected_row', 'cutter_governance.decision_backlog_entry',
    'cutter_governance.decision_backlog_history']) AS t)
SELECT role || ' may SELECT ' || object AS fact, has_table_privilege(role, object, 'SELECT') AS ok FROM reads
UNION ALL
SELECT 'cutter_backup may write nothing', NOT EXISTS (
  SELECT FROM pg_class c
   WHERE c.relnamespace IN ('public'::regnamespace, 'cutter_governance'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm')
     AND has_table_privilege('cutter_backup', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))
UNION ALL
SELECT 'cutter_backup logs in, at most three times, without special attributes', EXISTS (
  SELECT FROM pg_roles r
   WHERE r.rolname = 'cutter_backup' AND r.rolcanlogin AND r.rolconnlimit = 3 AND NOT r.rolsuper AND NOT r.rolbypassrls
     AND NOT r.rolcreaterole AND NOT r.rolcreatedb AND NOT r.rolreplication)
UNION ALL
SELECT 'cutter_backup is a member of no role', NOT EXISTS (
  SELECT FROM pg_auth_members m WHERE m.member = 'cutter_backup'::regrole)
