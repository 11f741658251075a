-- role: exec|verify|gate|backup
-- params: $1 run_id text
-- returns: many
-- Admitted statements of a run, with their use.
SELECT a.nonce, a.gate, a.payload_sha, a.payload, a.person, a.fingerprint, a.valid_from, a.use_by, a.admitted_at,
       u.phase AS used_phase, u.at AS used_at
  FROM cutter_runtime.admission a
  LEFT JOIN cutter_runtime.admission_use u ON u.nonce = a.nonce
 WHERE a.run_id = $1
 ORDER BY a.admitted_at, a.nonce
