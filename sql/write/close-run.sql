-- role: exec
-- params: $1 run_id, $2 epoch bigint, $3 kind, $4 reason
-- returns: one
-- Closes the run and releases its lease.
SELECT cutter_runtime.close_run($1, $2::bigint, $3, $4)::text AS done
