-- role: exec|verify
-- params: $1 run_id text, $2 review_decision_id uuid
-- returns: one
-- Log rows that cite one decision, those of them that say what the run says of itself, and units or versions of the plan that name
-- another author than the run.
SELECT (SELECT pg_catalog.count(*)::int FROM public.iu_lifecycle_log l WHERE l.review_decision_id = $2::uuid) AS rows,
       (SELECT pg_catalog.count(*)::int
          FROM public.iu_lifecycle_log l
          JOIN cutter_runtime.planned_unit p ON p.run_id = r.run_id AND p.canonical_address = l.canonical_address
          JOIN cutter_runtime.planned_ledger i ON i.run_id = r.run_id
          JOIN public.information_unit u ON u.id = l.unit_id AND u.canonical_address = p.canonical_address
         WHERE l.review_decision_id = $2::uuid AND l.version_id = u.version_anchor_ref AND l.from_status = 'draft' AND l.to_status = 'enacted'
           AND l.actor = r.actor AND l.reason = 'run ' || r.run_id AND l.tool_revision = r.release AND l.change_set_id = i.change_set_id) AS as_planned,
       (SELECT pg_catalog.count(*)::int
          FROM cutter_runtime.planned_unit p
          JOIN public.information_unit u ON u.canonical_address = p.canonical_address
          JOIN public.unit_version v ON v.id = u.version_anchor_ref
         WHERE p.run_id = r.run_id AND (u.created_by <> r.actor OR v.created_by <> r.actor)) AS other_authors
  FROM cutter_runtime.run r
 WHERE r.run_id = $1
