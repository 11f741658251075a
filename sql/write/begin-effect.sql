-- role: exec|verify
-- params: $1 run_id text, $2 phase text, $3 epoch bigint, $4 input_sha text, $5 payload_shas jsonb, $6 cap_seconds int
-- returns: one
-- Claims, fences and admits this transaction.
SELECT cutter_runtime.begin_effect($1, $2, $3::bigint, $4, $5::jsonb, $6::int) AS admitted
