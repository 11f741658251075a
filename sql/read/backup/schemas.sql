-- role: backup
-- params: $1 wanted text[] ("schema.table"), $2 structure text[] (schemas carried without rows, where they exist)
-- returns: many
-- Schemas a dump must carry: those of the wanted tables, and those of functions and types their columns, checks, defaults and triggers use.
WITH RECURSIVE wanted AS (
  SELECT c.oid, c.relnamespace
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($1::text[])
), part (classid, objid) AS (
  SELECT 'pg_catalog.pg_class'::regclass::oid, w.oid FROM wanted w
  UNION
  SELECT 'pg_catalog.pg_trigger'::regclass::oid, t.oid FROM pg_catalog.pg_trigger t JOIN wanted w ON w.oid = t.tgrelid
  UNION
  SELECT 'pg_catalog.pg_constraint'::regclass::oid, k.oid FROM pg_catalog.pg_constraint k JOIN wanted w ON w.oid = k.conrelid
  UNION
  SELECT 'pg_catalog.pg_attrdef'::regclass::oid, a.oid FROM pg_catalog.pg_attrdef a JOIN wanted w ON w.oid = a.adrelid
  UNION
  SELECT 'pg_catalog.pg_policy'::regclass::oid, p.oid FROM pg_catalog.pg_policy p JOIN wanted w ON w.oid = p.polrelid
  UNION
  SELECT 'pg_catalog.pg_class'::regclass::oid, i.indexrelid FROM pg_catalog.pg_index i JOIN wanted w ON w.oid = i.indrelid
), needed (classid, objid) AS (
  SELECT p.classid, p.objid FROM part p
  UNION
  SELECT d.refclassid, d.refobjid
    FROM needed p
    JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
   WHERE d.refclassid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_type'::regclass)
)
SELECT n.nspname::text AS schema
  FROM (
    SELECT w.relnamespace FROM wanted w
    UNION
    SELECT s.oid FROM pg_catalog.pg_namespace s WHERE s.nspname = ANY ($2::text[])
    UNION
    SELECT p.pronamespace FROM pg_catalog.pg_proc p JOIN needed x ON x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid
    UNION
    SELECT t.typnamespace FROM pg_catalog.pg_type t JOIN needed x ON x.classid = 'pg_catalog.pg_type'::regclass AND x.objid = t.oid
  ) used (oid)
  JOIN pg_catalog.pg_namespace n ON n.oid = used.oid
 WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname
