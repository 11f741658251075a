-- role: exec|verify|gate|backup
-- params: $1 run_id text
-- returns: many
-- The decision about a torn run that is in force and was signed over exactly what is recorded now; no row without one.
SELECT e.nonce, e.person, e.payload ->> 'decision' AS decision, e.use_by
  FROM cutter_runtime.escalation($1) e
 WHERE e.nonce IS NOT NULL
