-- role: admin
-- params: none
-- returns: many
-- Admitted approvals of open runs, and whether an effect could rest on each now: inside its times, unused, not revoked.
SELECT jsonb_build_object('look', 'admission', 'gate', a.gate, 'run_id', a.run_id, 'person', a.person,
         'expired', clock_timestamp() >= a.use_by, 'used', EXISTS (SELECT FROM cutter_runtime.admission_use u WHERE u.nonce = a.nonce),
         'revoked', EXISTS (SELECT FROM cutter_runtime.revocation v
                             WHERE (v.kind, v.value) IN (('nonce', a.nonce), ('run', a.run_id), ('key', a.fingerprint))))
  FROM cutter_runtime.admission a JOIN cutter_runtime.run r ON r.run_id = a.run_id AND r.closed IS NULL
 ORDER BY a.admitted_at
