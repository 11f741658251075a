-- role: exec|gate
-- params: $1 run_id text
-- returns: one
-- The wave before that of this run, with its outcome; null for a run of no batch or of the first wave.
SELECT cutter_runtime.wave_before($1) AS before
