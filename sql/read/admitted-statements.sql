-- role: gate
-- params: $1 run_id text
-- returns: many
-- Every admitted statement of a run as exact bytes with its signature, both base64, for whoever wants to check them again.
SELECT a.gate, a.person, a.fingerprint, a.admitted_at, u.phase AS used_phase, u.at AS used_at,
       pg_catalog.encode(a.statement, 'base64') AS statement, pg_catalog.encode(a.signature, 'base64') AS signature
  FROM cutter_runtime.admission a
  LEFT JOIN cutter_runtime.admission_use u ON u.nonce = a.nonce
 WHERE a.run_id = $1
 ORDER BY a.admitted_at, a.nonce
