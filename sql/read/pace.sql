-- role: exec
-- params: none
-- returns: one
-- Seconds that a document took in this database's last twenty finished runs: its share of the time from the first opening to the rehearsal
-- of those planned and rehearsed with it, and from leg A to the second principal's verdict; people's time is not in it. Whoever was
-- rehearsed before this run was opened only went along. NULL before the first.
SELECT pg_catalog.avg(EXTRACT(EPOCH FROM (p.at - w.opened) / w.documents + (v.at - a.began)))::float8 AS seconds
  FROM (SELECT * FROM cutter_runtime.run WHERE close_kind = 'closeout' ORDER BY closed DESC LIMIT 20) r
  JOIN cutter_runtime.phase_done a ON a.run_id = r.run_id AND a.phase = 'cut_leg_a'
  JOIN cutter_runtime.phase_done v ON v.run_id = r.run_id AND v.phase = 'write_verify'
  JOIN LATERAL (
    SELECT j.at, coalesce(j.entry #> '{rehearsal,together}', '[]') AS together
      FROM cutter_runtime.journal j
     WHERE j.run_id = r.run_id AND j.entry ->> 'event' = 'rehearsed'
     ORDER BY j.at LIMIT 1
  ) p ON true
  JOIN LATERAL (
    SELECT least(r.opened, pg_catalog.min(o.opened)) AS opened, 1 + pg_catalog.count(*) AS documents
      FROM pg_catalog.jsonb_array_elements(p.together) t
      JOIN cutter_runtime.run o ON o.run_id = t ->> 'run_id'
     WHERE (SELECT pg_catalog.min(j.at) FROM cutter_runtime.journal j
             WHERE j.run_id = o.run_id AND j.entry ->> 'event' = 'rehearsed') > r.opened
  ) w ON true
