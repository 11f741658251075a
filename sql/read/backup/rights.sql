-- role: backup
-- params: $1 schemas text[], $2 carried text[] ("schema.relation")
-- returns: many
-- Owner and rights of every dumped schema, relation, column and function, in an order that does not depend on grant history.
WITH object (what, owner, acl) AS (
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
   WHERE n.nspname = ANY ($1::text[])
)
SELECT o.what,
       pg_catalog.pg_get_userbyid(o.owner)::text AS owner,
       coalesce(pg_catalog.array_agg(x.line ORDER BY x.line COLLATE "C") FILTER (WHERE x.line IS NOT NULL), '{}') AS rights
  FROM object o
  LEFT JOIN LATERAL (
    SELECT coalesce(g.rolname::text, 'PUBLIC') || ' ' || a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END AS line
      FROM pg_catalog.aclexplode(o.acl) a LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
  ) x ON true
 GROUP BY o.what, o.owner
 ORDER BY o.what COLLATE "C"
