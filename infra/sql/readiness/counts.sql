-- role: admin
-- params: none
-- returns: one
-- Rows of the tables whose counts are pinned, and the units in force.
SELECT jsonb_build_object('look', 'counts',
         'information_unit', (SELECT count(*) FROM public.information_unit),
         'unit_version', (SELECT count(*) FROM public.unit_version),
         'iu_lifecycle_log', (SELECT count(*) FROM public.iu_lifecycle_log),
         'enacted', (SELECT count(*) FROM public.information_unit WHERE lifecycle_status = 'enacted'),
         'cut_change_set', (SELECT count(*) FROM cutter_governance.cut_change_set),
         'review_decision', (SELECT count(*) FROM cutter_governance.review_decision),
         'verify_result', (SELECT count(*) FROM cutter_governance.verify_result))
