-- role: exec
-- params: $1 batch_id text
-- returns: many
-- Members of a batch in the order of work, each with its run as it stands and the gates it holds an unused admission for that is in its
-- time; revoked: a person signed that its run ends.
SELECT m.document_id, m.ordinal, m.wave, m.run_id, m.failures, m.quarantined IS NOT NULL AS quarantined, m.reason,
       coalesce(r.last_stop, m.last_stop) AS last_stop, r.state AS run_state, r.close_kind,
       (p.output ->> 'candidate_count')::int AS units,
       (SELECT pg_catalog.min(b.at) FROM cutter_runtime.backup_receipt b
         WHERE b.run_id = m.run_id AND b.attempt = (SELECT pg_catalog.max(n.attempt) FROM cutter_runtime.backup_receipt n WHERE n.run_id = m.run_id)) AS backed_up,
       ARRAY(SELECT DISTINCT a.gate FROM cutter_runtime.admission a
              WHERE a.run_id = m.run_id AND a.use_by > pg_catalog.clock_timestamp()
                AND NOT EXISTS (SELECT FROM cutter_runtime.admission_use u WHERE u.nonce = a.nonce)
                AND NOT EXISTS (SELECT FROM cutter_runtime.revocation v
                                 WHERE (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'run' AND v.value = a.run_id)
                                    OR (v.kind = 'key' AND v.value = a.fingerprint))
              ORDER BY a.gate) AS admitted,
       EXISTS (SELECT FROM cutter_runtime.revocation v WHERE v.kind = 'run' AND v.value = m.run_id) AS revoked
  FROM cutter_runtime.batch_member m
  LEFT JOIN cutter_runtime.run r ON r.run_id = m.run_id
  LEFT JOIN cutter_runtime.phase_done p ON p.run_id = m.run_id AND p.phase = 'cutplan'
 WHERE m.batch_id = $1
 ORDER BY m.ordinal
