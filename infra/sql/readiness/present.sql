-- role: admin
-- params: none
-- returns: one
-- Which parts of the existing system and of the cutter's own records are there; the flags guard the statements that read them.
SELECT coalesce(bool_and(there) FILTER (WHERE part = 'ledger'), false) AS has_ledger,
       coalesce(bool_and(there) FILTER (WHERE part = 'registries'), false) AS has_registries,
       coalesce(bool_and(there) FILTER (WHERE part = 'records'), false) AS has_records,
       jsonb_build_object('look', 'present', 'missing', coalesce(jsonb_agg(name ORDER BY name) FILTER (WHERE NOT there), '[]')) AS facts
  FROM (SELECT part, name, to_regclass(name) IS NOT NULL AS there
          FROM (VALUES ('ledger', 'public.information_unit'), ('ledger', 'public.unit_version'), ('ledger', 'public.iu_lifecycle_log'),
                       ('ledger', 'cutter_governance.cut_change_set'), ('ledger', 'cutter_governance.review_decision'),
                       ('ledger', 'cutter_governance.verify_result'),
                       ('registries', 'cutter_governance.source_document_registry'),
                       ('registries', 'cutter_governance.source_document_version_registry'), ('registries', 'public.information_unit'),
                       ('records', 'cutter_runtime.run'), ('records', 'cutter_runtime.phase_done'), ('records', 'cutter_runtime.planned_unit'),
                       ('records', 'cutter_runtime.backup_receipt'), ('records', 'cutter_runtime.admission'),
                       ('records', 'cutter_runtime.admission_use'), ('records', 'cutter_runtime.revocation')) AS wanted(part, name)) AS tables
