-- role: exec
-- params: $1 batch_id text or null
-- returns: many
-- One batch, or all of them, the newest first: its manifest, why it stands still and the halts to lift, each with its run, every reason it ever stood
-- still for, and how it was closed.
SELECT b.batch_id, b.manifest, b.manifest_sha, b.host, b.actor, b.release, b.opened, b.closed, b.close_kind, b.close_reason,
       cutter_runtime.batch_stopped(b.batch_id) AS stopped, pg_catalog.clock_timestamp() AS now,
       ARRAY(SELECT DISTINCT h.halt_id::text || ' --run ' || h.run_id
               FROM cutter_runtime.batch_stop s JOIN cutter_runtime.halt h ON h.halt_id = ANY (s.halt_ids)
              WHERE s.batch_id = b.batch_id
                AND NOT EXISTS (SELECT FROM cutter_runtime.halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts))
              ORDER BY 1) AS halts_in_force,
       ARRAY(SELECT s.reason FROM cutter_runtime.batch_stop s WHERE s.batch_id = b.batch_id ORDER BY s.stop_id) AS stop_reasons
  FROM cutter_runtime.batch b
 WHERE $1::text IS NULL OR b.batch_id = $1
 ORDER BY b.opened DESC
