-- role: exec
-- params: none
-- returns: many
-- The processes heard of in the last hour, the newest first. `silent`: their leases may be taken.
SELECT b.process, b.doing, b.release, b.began, b.at, cutter_runtime.is_silent(b.process) AS silent, pg_catalog.clock_timestamp() AS now
  FROM cutter_runtime.host_beat b
 WHERE b.at > pg_catalog.clock_timestamp() - interval '1 hour'
 ORDER BY b.at DESC, b.process
