-- role: exec|verify|gate|backup
-- params: $1 run_id text
-- returns: many
-- The hash-chained journal of a run, oldest first.
SELECT j.seq::text AS seq, j.prev_sha, j.entry_sha, j.entry, j.at
  FROM cutter_runtime.journal j
 WHERE j.run_id = $1
 ORDER BY j.seq
