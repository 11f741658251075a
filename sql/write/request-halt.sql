-- role: halt
-- params: $1 run_id text or null (null: every run), $2 reason text, $3 actor text
-- returns: one
-- Writes the halt; it counts from COMMIT on.
SELECT cutter_runtime.request_halt($1, $2, $3)::text AS halt_id
