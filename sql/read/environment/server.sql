-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Facts of the server and of this database; the first row says under which search_path definitions were rendered.
-- shared_preload_libraries is hidden from ordinary roles; settings of context postmaster, which only such libraries define, are not.
SELECT 'reading' AS kind, 'search_path' AS identity, current_setting('search_path') AS value
UNION ALL
SELECT 'server', 'system_identifier', system_identifier::text FROM pg_control_system()
UNION ALL
SELECT 'server', 'timeline', ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int::text WHERE NOT pg_is_in_recovery()
UNION ALL
SELECT 'server', 'in_recovery', pg_is_in_recovery()::text
UNION ALL
SELECT 'server', name, setting FROM pg_settings
WHERE name IN (SELECT jsonb_array_elements_text($1::jsonb -> 'settings'))
UNION ALL
SELECT 'preloaded', name, context FROM pg_settings WHERE name LIKE '%.%' AND context = 'postmaster'
UNION ALL
SELECT 'database', fact.name, fact.value
FROM pg_database AS d, LATERAL (VALUES
  ('owner', pg_get_userbyid(d.datdba)::text), ('encoding', pg_encoding_to_char(d.encoding)::text),
  ('collate', d.datcollate::text), ('ctype', d.datctype::text),
  ('allow_connections', d.datallowconn::text), ('connection_limit', d.datconnlimit::text)) AS fact(name, value)
WHERE d.datname = current_database()
UNION ALL
SELECT 'extension', e.extname, concat_ws(' ', e.extversion, 'in', n.nspname, 'by', pg_get_userbyid(e.extowner))
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
UNION ALL
SELECT 'language', l.lanname, concat_ws(' ', CASE WHEN l.lanpltrusted THEN 'trusted' ELSE 'untrusted' END, 'by', pg_get_userbyid(l.lanowner))
FROM pg_language AS l
UNION ALL
SELECT 'foreign server', s.srvname, concat_ws(' ', 'wrapper', w.fdwname, 'by', pg_get_userbyid(s.srvowner))
FROM pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
UNION ALL
SELECT 'subscription', subname, concat_ws(' ', CASE WHEN subenabled THEN 'enabled' ELSE 'disabled' END, 'by', pg_get_userbyid(subowner))
FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT 'publication', pubname, concat_ws(' ', 'by', pg_get_userbyid(pubowner), CASE WHEN puballtables THEN 'all tables' END)
FROM pg_publication
UNION ALL
SELECT 'event trigger', e.evtname,
       concat_ws(' ', 'mode', e.evtenabled, 'on', e.evtevent, array_to_string(e.evttags, ','), 'calls', e.evtfoid::regprocedure, 'by', pg_get_userbyid(e.evtowner))
FROM pg_event_trigger AS e
