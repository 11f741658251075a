-- role: admin
-- params: none
-- returns: one
-- What a server that was handed over is, and what lies in it besides what every PostgreSQL brings; asked before anything is written.
SELECT (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c) AS system_identifier,
       pg_catalog.current_setting('server_version_num')::int AS version_num,
       pg_catalog.pg_is_in_recovery() AS in_recovery,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = session_user) AS superuser,
       pg_catalog.current_setting('max_locks_per_transaction')::int AS locks,
       EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = 'cutter_scratch_claim') AS claimed,
       coalesce((SELECT pg_catalog.array_agg(d.datname::text ORDER BY d.datname) FROM pg_catalog.pg_database d
                  WHERE NOT d.datistemplate AND d.datname NOT IN (pg_catalog.current_database(), 'postgres')
                    AND pg_catalog.pg_get_userbyid(d.datdba) <> 'cutter_scratch_owner'), '{}') AS databases,
       coalesce((SELECT pg_catalog.array_agg(r.rolname::text ORDER BY r.rolname) FROM pg_catalog.pg_roles r
                  WHERE NOT r.rolsuper AND r.rolname NOT LIKE 'pg\_%' AND r.rolname <> 'cutter_scratch_claim'), '{}') AS roles,
       coalesce((SELECT pg_catalog.array_agg(n.nspname || '.' || c.relname ORDER BY 1) FROM pg_catalog.pg_class c
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%'), '{}') AS relations
