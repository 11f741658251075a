-- role: exec
-- params: $1 host text
-- returns: many
-- Every open run of a host, whichever machine works at it: where a state file of it is older, it is written anew.
SELECT r.run_id, r.state, r.last_stop, l.epoch::text AS epoch
  FROM cutter_runtime.run r
  LEFT JOIN cutter_runtime.lease l ON l.document_id = r.document_id AND l.run_id = r.run_id
 WHERE r.host = $1 AND r.closed IS NULL
 ORDER BY r.opened, r.run_id
