-- role: backup
-- params: $1 schemas text[], $2 carried text[] ("schema.relation"), $3 extensions text[]
-- returns: many
-- Owner and rights of every dumped schema, relation, column and function, in an order that does not depend on grant history; of every
-- extension the owner, the version, the schema, and who may use its functions. Those belong to whoever made the extension, in a copy to
-- the extension's owner, so the rights of a function's own owner are not told.
WITH extension AS (
  SELECT e.oid, e.extname, e.extowner, e.extversion, n.nspname
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = ANY ($3::text[])
), member AS (
  SELECT d.objid AS oid, d.refobjid AS extension FROM pg_catalog.pg_depend d
   WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
), object (what, owner, acl) AS (
  SELECT 'schema ' || n.nspname, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
  UNION ALL
  SELECT 'relation ' || n.nspname || '.' || c.relname, c.relowner,
         coalesce(c.relacl, pg_catalog.acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner))
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($2::text[])
  UNION ALL
  SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY ($2::text[]) AND a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
  SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', p.proowner,
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname = ANY ($1::text[]) AND p.oid NOT IN (SELECT m.oid FROM member m)
     -- The functions that come with a range type stay with whoever made it, whoever owns it later.
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
), fact (what, owner, line) AS (
  SELECT o.what, o.owner, coalesce(g.rolname::text, 'PUBLIC') || ' ' || a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END
    FROM object o CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) a LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
  UNION ALL SELECT o.what, o.owner, NULL FROM object o
  UNION ALL SELECT 'extension ' || e.extname, e.extowner, 'version ' || e.extversion FROM extension e
  UNION ALL SELECT 'extension ' || e.extname, e.extowner, 'schema ' || e.nspname FROM extension e
  UNION ALL
  SELECT 'extension ' || e.extname, e.extowner,
         'function ' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ') for '
         || coalesce((SELECT pg_catalog.string_agg(coalesce(g.rolname::text, 'PUBLIC'), ', ' ORDER BY g.rolname COLLATE "C" NULLS FIRST)
                        FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
                        LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
                       WHERE a.grantee <> p.proowner), 'its owner')
    FROM extension e JOIN member m ON m.extension = e.oid JOIN pg_catalog.pg_proc p ON p.oid = m.oid
)
SELECT f.what,
       pg_catalog.pg_get_userbyid(f.owner)::text AS owner,
       coalesce(pg_catalog.array_agg(f.line ORDER BY f.line COLLATE "C") FILTER (WHERE f.line IS NOT NULL), '{}') AS rights
  FROM fact f
 GROUP BY f.what, f.owner
 ORDER BY f.what COLLATE "C"
