-- role: exec
-- params: $1 run_id text, $2 epoch bigint, $3 kind text, $4 reason text
-- returns: one
-- Closes the run and releases its lease.
SELECT cutter_runtime.close_run($1, $2::bigint, $3, $4)::text AS done
