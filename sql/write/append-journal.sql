-- role: exec|verify
-- params: $1 run_id text, $2 epoch bigint, $3 seq bigint, $4 prev_sha text, $5 entry_sha text, $6 entry jsonb
-- returns: one
-- Appends one entry to the hash chain.
SELECT cutter_runtime.append_journal($1, $2::bigint, $3::bigint, $4, $5, $6::jsonb)::text AS done
