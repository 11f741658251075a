-- role: gate
-- params: $1 kind text (nonce, run or key), $2 value text
-- returns: one
-- What a revocation would reach: a run this database knows by it, and whether it is revoked already.
SELECT CASE $1::text
         WHEN 'nonce' THEN (SELECT a.run_id FROM cutter_runtime.admission a WHERE a.nonce = $2)
         WHEN 'run' THEN (SELECT r.run_id FROM cutter_runtime.run r WHERE r.run_id = $2)
         WHEN 'key' THEN (SELECT pg_catalog.max(a.run_id) FROM cutter_runtime.admission a WHERE a.fingerprint = $2)
       END AS run_id,
       EXISTS (SELECT FROM cutter_runtime.revocation v WHERE v.kind = $1 AND v.value = $2) AS revoked
