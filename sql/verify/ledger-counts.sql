-- role: exec|verify
-- params: none
-- returns: many
-- Row counts of the target and ledger tables, for before and after.
SELECT 'public.information_unit' AS "table", pg_catalog.count(*)::int AS rows FROM public.information_unit
UNION ALL SELECT 'public.unit_version', pg_catalog.count(*)::int FROM public.unit_version
UNION ALL SELECT 'public.iu_lifecycle_log', pg_catalog.count(*)::int FROM public.iu_lifecycle_log
UNION ALL SELECT 'public.birth_registry', pg_catalog.count(*)::int FROM public.birth_registry
UNION ALL SELECT 'cutter_governance.cut_change_set', pg_catalog.count(*)::int FROM cutter_governance.cut_change_set
UNION ALL SELECT 'cutter_governance.cut_change_set_affected_row', pg_catalog.count(*)::int FROM cutter_governance.cut_change_set_affected_row
UNION ALL SELECT 'cutter_governance.manifest_envelope', pg_catalog.count(*)::int FROM cutter_governance.manifest_envelope
UNION ALL SELECT 'cutter_governance.manifest_unit_block', pg_catalog.count(*)::int FROM cutter_governance.manifest_unit_block
UNION ALL SELECT 'cutter_governance.review_decision', pg_catalog.count(*)::int FROM cutter_governance.review_decision
UNION ALL SELECT 'cutter_governance.dot_pair_signature', pg_catalog.count(*)::int FROM cutter_governance.dot_pair_signature
UNION ALL SELECT 'cutter_governance.decision_backlog_entry', pg_catalog.count(*)::int FROM cutter_governance.decision_backlog_entry
UNION ALL SELECT 'cutter_governance.decision_backlog_history', pg_catalog.count(*)::int FROM cutter_governance.decision_backlog_history
UNION ALL SELECT 'cutter_governance.verify_result', pg_catalog.count(*)::int FROM cutter_governance.verify_result
