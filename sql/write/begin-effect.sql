-- role: exec|verify
-- params: $1 run_id, $2 phase, $3 epoch bigint, $4 input_sha, $5 payload_shas jsonb, $6 cap_seconds int
-- returns: one
-- Claims, fences and admits this transaction.
SELECT cutter_runtime.begin_effect($1, $2, $3::bigint, $4, $5::jsonb, $6::int) AS admitted
