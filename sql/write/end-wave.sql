-- role: exec
-- params: $1 batch_id text, $2 wave int, $3 outcome_digest text, $4 outcome jsonb
-- returns: one
-- Records what a wave came to.
SELECT cutter_runtime.end_wave($1, $2, $3, $4)::text AS done
