-- role: exec
-- params: $1 run_id text, $2 phase text, $3 epoch bigint, $4 input_sha text, $5 output_sha text, $6 output jsonb
-- returns: one
-- Records a phase that wrote nothing to the target tables.
SELECT cutter_runtime.record_phase($1, $2, $3::bigint, $4, $5, $6::jsonb)::text AS done
