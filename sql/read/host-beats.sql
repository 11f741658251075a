-- role: exec
-- params: none
-- returns: many
-- The processes heard of in the last hour, and those that still hold a lease of an open run, the newest first. `silent`: their leases may be
-- taken. `holds`: open runs whose lease was meant to last beyond the last beat, so that it was not given back; nobody has taken it since.
SELECT b.process, b.doing, b.release, b.began, b.at, cutter_runtime.is_silent(b.process) AS silent, h.holds,
       pg_catalog.clock_timestamp() AS now
  FROM cutter_runtime.host_beat b
 CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT l.run_id
                   FROM cutter_runtime.lease l JOIN cutter_runtime.run r ON r.run_id = l.run_id AND r.closed IS NULL
                  WHERE l.holder = b.process AND l.expires_at > b.at + interval '10 seconds'
                  ORDER BY l.run_id) AS holds
  ) h
 WHERE b.at > pg_catalog.clock_timestamp() - interval '1 hour' OR pg_catalog.cardinality(h.holds) > 0
 ORDER BY b.at DESC, b.process
