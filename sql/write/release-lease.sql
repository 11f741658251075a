-- role: exec
-- params: $1 run_id text, $2 epoch bigint
-- returns: one
-- Ends the lease at a pause.
SELECT cutter_runtime.release_lease($1, $2::bigint)::text AS done
