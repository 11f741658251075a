-- role: backup
-- params: $1 schemas text[], $2 carried text[] ("schema.relation")
-- returns: many
-- What the dump would need and does not carry: foreign keys, partitions and parents, row types, relations read by a function with a bound body.
WITH carried AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($2::text[])
), missing AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name, c.reltype, t.typarray
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reltype
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
     AND c.oid NOT IN (SELECT k.oid FROM carried k)
), user_of (classid, objid, name) AS (
  SELECT 'pg_catalog.pg_proc'::regclass::oid, p.oid, n.nspname || '.' || p.proname
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname = ANY ($1::text[])
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass::oid, k.oid, k.name FROM carried k
)
SELECT m.name AS missing, k.name AS needed_by, 'foreign key ' || f.conname AS reason
  FROM pg_catalog.pg_constraint f
  JOIN carried k ON k.oid = f.conrelid
  JOIN missing m ON m.oid = f.confrelid
 WHERE f.contype = 'f'
UNION ALL
SELECT m.name, k.name, 'inheritance'
  FROM pg_catalog.pg_inherits i
  JOIN carried k ON k.oid IN (i.inhrelid, i.inhparent)
  JOIN missing m ON m.oid IN (i.inhrelid, i.inhparent)
UNION ALL
SELECT DISTINCT m.name, u.name, CASE WHEN d.refclassid = 'pg_catalog.pg_type'::regclass THEN 'row type' ELSE 'bound body' END
  FROM user_of u
  JOIN pg_catalog.pg_depend d ON d.classid = u.classid AND d.objid = u.objid
  JOIN missing m
    ON (d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (m.reltype, m.typarray))
    OR (u.classid = 'pg_catalog.pg_proc'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = m.oid)
 ORDER BY 1, 2, 3
