-- role: exec
-- params: $1 run_id text, $2 epoch bigint, $3 attempt int, $4 content_digests jsonb, $5 content_digests_sha text, $6 file_sha text,
--   $7 size bigint, $8 recipient text, $9 proof jsonb, $10 proof_sha text
-- returns: one
-- Records a proven backup.
SELECT cutter_runtime.record_receipt($1, $2::bigint, $3::int, $4::jsonb, $5, $6, $7::bigint, $8, $9::jsonb, $10)::text AS done
