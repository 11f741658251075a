-- role: exec|verify
-- params: $1 change_set_id uuid
-- returns: one
-- Review decisions of one change set: one with leg B, one with the enactment.
SELECT pg_catalog.count(*)::int AS rows FROM cutter_governance.review_decision d WHERE d.cut_change_set_ref = $1::uuid
