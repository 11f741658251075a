-- role: exec|verify
-- params: $1 only_open boolean
-- returns: many
-- Runs of this database, newest first.
SELECT r.run_id, r.document_id, r.actor, r.state, r.last_stop, r.opened, r.closed, r.close_kind, r.host
  FROM cutter_runtime.run r
 WHERE NOT $1::boolean OR r.closed IS NULL
 ORDER BY r.opened DESC, r.run_id DESC
 LIMIT 200
