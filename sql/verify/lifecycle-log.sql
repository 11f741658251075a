-- role: exec|verify
-- params: $1 review_decision_id uuid
-- returns: one
-- Log rows that cite one decision.
SELECT pg_catalog.count(*)::int AS rows FROM public.iu_lifecycle_log l WHERE l.review_decision_id = $1::uuid
