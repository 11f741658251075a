-- role: exec|verify
-- params: $1 run_id text, $2 phase text, $3 epoch bigint, $4 output_sha text, $5 output jsonb
-- returns: one
-- Re-checks halt, revocation and times, then records the phase in this transaction.
SELECT cutter_runtime.end_effect($1, $2, $3::bigint, $4, $5::jsonb)::text AS done
