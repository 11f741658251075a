-- role: backup
-- params: none
-- returns: many
-- Roles of the source with the attributes a restore keeps; owner: it owns something in this database or has default privileges there.
SELECT r.rolname::text AS role,
       r.rolinherit AS inherit,
       r.rolcanlogin AS login,
       r.rolbypassrls AS bypass_rls,
       r.rolconnlimit AS connection_limit,
       coalesce((SELECT pg_catalog.array_agg(DISTINCT g.rolname::text ORDER BY g.rolname::text)
                   FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid AND g.rolname NOT LIKE 'pg\_%'), '{}') AS member_of,
       -- Those of them whose rights it inherits: said by each membership from PostgreSQL 16 on (read through JSON, 15 has no such column), by the role before.
       coalesce((SELECT pg_catalog.array_agg(DISTINCT g.rolname::text ORDER BY g.rolname::text)
                   FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid AND g.rolname NOT LIKE 'pg\_%'
                    AND coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)), '{}') AS inherited,
       -- What the cluster's first superuser owns stands in no list.
       r.oid = 10 OR r.oid IN (
         SELECT s.refobjid FROM pg_catalog.pg_shdepend s
          WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.deptype = 'o'
            AND s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
         UNION SELECT d.defaclrole FROM pg_catalog.pg_default_acl d
       ) AS owner
  FROM pg_catalog.pg_roles r
 WHERE r.rolname NOT LIKE 'pg\_%'
 ORDER BY r.rolname
