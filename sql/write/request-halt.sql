-- role: halt
-- params: $1 run_id, $2 reason, $3 actor
-- returns: one
-- Writes the halt; it counts from COMMIT on.
SELECT cutter_runtime.request_halt($1, $2, $3)::text AS halt_id
