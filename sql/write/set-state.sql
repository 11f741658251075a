-- role: exec
-- params: $1 run_id, $2 epoch bigint, $3 state, $4 last_stop
-- returns: one
-- Notes a pause or a stop; forward states are set by the phases themselves.
SELECT cutter_runtime.set_state($1, $2::bigint, $3, $4)::text AS done
