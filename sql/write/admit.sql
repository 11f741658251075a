-- role: gate
-- params: $1 gate text, $2 run_id text, $3 payload jsonb, $4 payload_sha text, $5 person text, $6 fingerprint text, $7 nonce text,
--   $8 statement bytea, $9 signature bytea, $10 valid_from timestamptz, $11 use_by timestamptz, $12 planned_units jsonb or null,
--   $13 planned_ledger jsonb or null
-- returns: one
-- Admits one verified statement; SG_1 brings the recomputed plan and the ids of its ledger rows.
SELECT cutter_runtime.admit($1, $2, $3::jsonb, $4, $5, $6, $7, $8::bytea, $9::bytea, $10::timestamptz, $11::timestamptz, $12::jsonb, $13::jsonb)::text AS done
