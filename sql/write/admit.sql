-- role: gate
-- params: $1 gate, $2 run_id, $3 payload jsonb, $4 payload_sha, $5 person, $6 fingerprint, $7 nonce, $8 statement bytea, $9 signature bytea, $10 valid_from timestamptz, $11 use_by timestamptz, $12 planned_units jsonb, $13 planned_ledger jsonb
-- returns: one
-- Admits one verified statement; SG_1 brings the recomputed plan and the ids of its ledger rows.
SELECT cutter_runtime.admit($1, $2, $3::jsonb, $4, $5, $6, $7, $8::bytea, $9::bytea, $10::timestamptz, $11::timestamptz, $12::jsonb, $13::jsonb)::text AS done
