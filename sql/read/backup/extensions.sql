-- role: backup
-- params: $1 schemas text[]
-- returns: many
-- Trusted extensions with members in the dumped schemas, and those of languages that functions there are written in, each after what it
-- requires. They are made before the restore, by name, version, schema and owner. One that is not trusted is left out: it may reach out of
-- a copy, and read/backup/left-out names whatever needs it.
WITH RECURSIVE named AS (
  SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
), chosen AS (
  SELECT e.oid, e.extname, e.extversion, e.extnamespace, e.extowner
    FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
   WHERE e.extname <> 'plpgsql' AND v.trusted
     AND (e.extnamespace IN (SELECT n.oid FROM named n)
          OR EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.prolang = d.objid
                      WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                        AND d.classid = 'pg_catalog.pg_language'::regclass AND p.pronamespace IN (SELECT n.oid FROM named n)))
), needs (oid, required, depth) AS (
  SELECT c.oid, c.oid, 0 FROM chosen c
  UNION
  SELECT n.oid, d.refobjid, n.depth + 1
    FROM needs n JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_extension'::regclass AND d.objid = n.required AND d.refclassid = 'pg_catalog.pg_extension'::regclass
)
SELECT c.extname::text AS extension, c.extversion AS version, s.nspname::text AS schema, pg_catalog.pg_get_userbyid(c.extowner)::text AS owner
  FROM chosen c
  JOIN pg_catalog.pg_namespace s ON s.oid = c.extnamespace
  JOIN needs n ON n.oid = c.oid
 GROUP BY c.oid, c.extname, c.extversion, s.nspname, c.extowner
-- One that requires an extension which is not made is not made either.
HAVING pg_catalog.bool_and(n.required IN (SELECT k.oid FROM chosen k) OR n.required IN (SELECT p.oid FROM pg_catalog.pg_extension p WHERE p.extname = 'plpgsql'))
 ORDER BY pg_catalog.max(n.depth), c.extname
