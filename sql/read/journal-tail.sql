-- role: exec|verify
-- params: $1 run_id text
-- returns: many
-- Last entry of the run's hash chain.
SELECT j.seq::text AS seq, j.entry_sha
  FROM cutter_runtime.journal j
 WHERE j.run_id = $1
 ORDER BY j.seq DESC
 LIMIT 1
