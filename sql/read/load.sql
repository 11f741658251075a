-- role: exec
-- params: none
-- returns: one
-- How busy the server is, by what every role may see: locks that wait, connections in use, and which transactions of others run now. When a
-- transaction began is hidden from us, so whoever asks again tells by its name how long it has run at least.
SELECT (SELECT count(*)::int FROM pg_catalog.pg_locks WHERE NOT granted) AS ungranted_locks,
       (SELECT count(*)::int FROM pg_catalog.pg_stat_activity WHERE usesysid IS NOT NULL) AS connections,
       pg_catalog.current_setting('max_connections')::int AS max_connections,
       ARRAY(SELECT k.virtualtransaction::text
               FROM pg_catalog.pg_locks k
               JOIN pg_catalog.pg_stat_activity a ON a.pid = k.pid AND a.usesysid IS NOT NULL AND a.usename !~ '^cutter_'
              WHERE k.locktype = 'virtualxid' AND k.virtualxid = k.virtualtransaction
              ORDER BY 1) AS others,
       pg_catalog.clock_timestamp() AS now
