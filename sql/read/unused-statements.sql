-- role: exec
-- params: $1 run_id text, $2 gate text, $3 payload_sha text or null (null: any)
-- returns: many
-- Admitted statements that could still be used, as exact bytes with their signature, both base64: what the runner checks again itself.
SELECT a.nonce, a.gate, a.payload_sha, a.person, a.fingerprint, a.valid_from, a.use_by, a.admitted_at,
       pg_catalog.encode(a.statement, 'base64') AS statement, pg_catalog.encode(a.signature, 'base64') AS signature
  FROM cutter_runtime.admission a
 WHERE a.run_id = $1 AND a.gate = $2 AND a.payload_sha = coalesce($3, a.payload_sha) AND a.use_by > pg_catalog.clock_timestamp()
   AND NOT EXISTS (SELECT FROM cutter_runtime.admission_use u WHERE u.nonce = a.nonce)
   AND NOT EXISTS (SELECT FROM cutter_runtime.revocation v WHERE (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint))
 ORDER BY a.admitted_at, a.nonce
