-- role: gate
-- params: $1 kind text, $2 value text, $3 person text, $4 fingerprint text, $5 statement bytea, $6 signature bytea
-- returns: one
-- Revokes a nonce, a run or a key by a verified REVOCATION; nothing takes it back.
SELECT cutter_runtime.revoke($1, $2, $3, $4, $5::bytea, $6::bytea)::text AS revocation_id
