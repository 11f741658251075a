-- role: exec|verify
-- params: $1 change_set_id uuid
-- returns: one
-- How many verdicts stand on a change set; a second one is refused.
SELECT pg_catalog.count(*)::int AS verdicts FROM cutter_governance.verify_result v WHERE v.change_set_id = $1::uuid
