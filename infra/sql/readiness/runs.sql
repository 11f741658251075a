-- role: admin
-- params: none
-- returns: many
-- Every recorded run: its document, whether it is open, how many units it planned and which phases have committed.
SELECT jsonb_build_object('look', 'run', 'run_id', r.run_id, 'document_id', r.document_id, 'state', r.state, 'open', r.closed IS NULL,
         'units', (SELECT count(*) FROM cutter_runtime.planned_unit p WHERE p.run_id = r.run_id),
         'phases', (SELECT coalesce(jsonb_agg(d.phase ORDER BY d.at), '[]') FROM cutter_runtime.phase_done d WHERE d.run_id = r.run_id))
  FROM cutter_runtime.run r
 ORDER BY r.opened, r.run_id
