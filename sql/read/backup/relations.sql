-- role: backup
-- params: $1 schemas text[], $2 wanted text[] ("schema.table"), $3 structure text[] (schemas)
-- returns: many
-- Every relation pg_dump could take from the schemas; carried: a wanted table, a sequence that one owns or takes its defaults from, or anything of a structure schema.
WITH relation AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind, n.nspname || '.' || c.relname AS name
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
), carried AS (
  SELECT r.oid FROM relation r WHERE (r.relkind <> 'S' AND r.name = ANY ($2::text[])) OR r.nspname = ANY ($3::text[])
)
SELECT r.name,
       r.nspname::text AS schema,
       r.relname::text AS relation,
       r.relkind::text AS kind,
       r.oid IN (SELECT k.oid FROM carried k)
       OR (r.relkind = 'S' AND EXISTS (
             SELECT FROM pg_catalog.pg_depend d JOIN carried k ON k.oid = d.refobjid
              WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')))
       OR (r.relkind = 'S' AND EXISTS (
             SELECT FROM pg_catalog.pg_attrdef a
               JOIN carried k ON k.oid = a.adrelid
               JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = a.oid
              WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = r.oid)) AS carried
  FROM relation r
 ORDER BY r.name COLLATE "C"
