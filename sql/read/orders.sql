-- role: exec
-- params: $1 run_id text
-- returns: many
-- Every lift of a halt that reached this run or every run, and every revocation that touches it, as exact bytes with their signature,
-- both base64: what the runner checks again itself, because cutter_gate's password alone writes such a row.
SELECT 'lift' AS kind, l.halt_id::text AS id, pg_catalog.array_to_string(l.lifts, ',') AS value, l.actor AS person, l.at,
       pg_catalog.encode(l.statement, 'base64') AS statement, pg_catalog.encode(l.signature, 'base64') AS signature
  FROM cutter_runtime.halt l
 WHERE l.kind = 'lift' AND EXISTS (
       SELECT FROM cutter_runtime.halt h WHERE h.halt_id = ANY (l.lifts) AND (h.run_id IS NULL OR h.run_id = $1))
UNION ALL
SELECT 'revocation of a ' || v.kind, v.revocation_id::text, v.value, v.person, v.at,
       pg_catalog.encode(v.statement, 'base64'), pg_catalog.encode(v.signature, 'base64')
  FROM cutter_runtime.revocation v
 WHERE (v.kind = 'run' AND v.value = $1)
    OR EXISTS (SELECT FROM cutter_runtime.admission a
                WHERE a.run_id = $1 AND ((v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint)))
 ORDER BY 1, 2
