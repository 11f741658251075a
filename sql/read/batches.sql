-- role: exec
-- params: $1 batch_id text or null
-- returns: many
-- One batch, or all of them, the newest first: its manifest, why it stands still, and how it was closed.
SELECT b.batch_id, b.manifest, b.manifest_sha, b.host, b.actor, b.release, b.opened, b.closed, b.close_kind, b.close_reason,
       cutter_runtime.batch_stopped(b.batch_id) AS stopped, pg_catalog.clock_timestamp() AS now
  FROM cutter_runtime.batch b
 WHERE $1::text IS NULL OR b.batch_id = $1
 ORDER BY b.opened DESC
