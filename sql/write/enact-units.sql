-- role: exec
-- params: $1 run_id text, $2 actor text, $3 review_decision_id uuid, $4 change_set_id uuid, $5 reason text, $6 tool_revision text
-- returns: many
-- Enacts every planned unit of the run through the guarded function.
SELECT p.ordinal, p.canonical_address AS address,
       public.fn_iu_enact(p.canonical_address, $2, $3::uuid, 'enacted', $4::uuid, $5, $6, false) ->> 'status' AS status
  FROM cutter_runtime.planned_unit p
 WHERE p.run_id = $1
 ORDER BY p.ordinal
