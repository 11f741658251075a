-- role: backup
-- params: $1 schemas text[]
-- returns: many
-- Roles of the source with the attributes a restore keeps; owner: it owns something in the schemas or has default privileges there.
SELECT r.rolname::text AS role,
       r.rolinherit AS inherit,
       r.rolcanlogin AS login,
       r.rolbypassrls AS bypass_rls,
       r.rolconnlimit AS connection_limit,
       coalesce((SELECT pg_catalog.array_agg(g.rolname::text ORDER BY g.rolname)
                   FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid AND g.rolname NOT LIKE 'pg\_%'), '{}') AS member_of,
       r.oid IN (
         SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
         UNION SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1::text[])
         UNION SELECT p.proowner FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($1::text[])
         UNION SELECT t.typowner FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY ($1::text[])
         UNION SELECT d.defaclrole FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace WHERE n.nspname = ANY ($1::text[])
       ) AS owner
  FROM pg_catalog.pg_roles r
 WHERE r.rolname NOT LIKE 'pg\_%'
 ORDER BY r.rolname
