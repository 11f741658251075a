-- role: exec
-- params: $1 run_id text, $2 epoch bigint, $3 state text, $4 last_stop text or null
-- returns: one
-- Notes a pause or a stop; forward states are set by the phases themselves.
SELECT cutter_runtime.set_state($1, $2::bigint, $3, $4)::text AS done
