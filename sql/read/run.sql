-- role: exec|verify|gate|halt|backup
-- params: $1 run_id text
-- returns: one
-- The run as the guarded functions left it, with the lease of its document.
SELECT r.run_id, r.document_id, r.source_version_id, r.host, r.actor, r.release, r.state, r.last_stop,
       r.opened, r.closed, r.close_kind, r.close_reason,
       l.epoch::text AS epoch, l.holder, l.expires_at, l.effect_phase, l.run_id AS lease_run_id,
       pg_catalog.clock_timestamp() AS now
  FROM cutter_runtime.run r
  LEFT JOIN cutter_runtime.lease l ON l.document_id = r.document_id
 WHERE r.run_id = $1
