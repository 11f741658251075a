-- role: exec
-- params: none
-- returns: one
-- Seconds that a document took in this database's last twenty finished runs, from its opening to its rehearsal and from leg A to the second
-- principal's verdict; people's time is not in it. NULL before the first.
SELECT pg_catalog.avg(EXTRACT(EPOCH FROM (j.at - r.opened) + (v.at - a.began)))::float8 AS seconds
  FROM (SELECT * FROM cutter_runtime.run WHERE close_kind = 'closeout' ORDER BY closed DESC LIMIT 20) r
  JOIN cutter_runtime.phase_done a ON a.run_id = r.run_id AND a.phase = 'cut_leg_a'
  JOIN cutter_runtime.phase_done v ON v.run_id = r.run_id AND v.phase = 'write_verify'
  JOIN LATERAL (SELECT pg_catalog.min(at) AS at FROM cutter_runtime.journal WHERE run_id = r.run_id AND entry ->> 'event' = 'rehearsed') j ON true
