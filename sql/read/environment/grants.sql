-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- One fact a right: of this database, the relevant schemas, their relations, columns and sequences, and default privileges.
-- Exploded, with the built-in default where nothing was ever granted: ACL text order depends on the history of grants.
WITH relation AS (
  SELECT c.oid, c.relkind, c.relacl, c.relowner, n.nspname || '.' || c.relname AS name
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
), sequence AS (
  SELECT DISTINCT s.oid, s.relacl, s.relowner, n.nspname || '.' || s.relname AS name
  FROM relation JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = relation.oid AND d.classid = 'pg_class'::regclass
  JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace AS n ON n.oid = s.relnamespace
), object (what, owner, acl) AS (
  SELECT 'database ' || datname, datdba, coalesce(datacl, acldefault('d', datdba)) FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace
  WHERE nspname IN (SELECT jsonb_array_elements_text($1::jsonb -> 'schemas'))
  UNION ALL
  SELECT 'table ' || name, relowner, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) FROM relation
  UNION ALL
  SELECT 'column ' || relation.name || '.' || a.attname, relation.relowner, a.attacl
  FROM relation JOIN pg_attribute AS a ON a.attrelid = relation.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
  SELECT 'sequence ' || name, relowner, coalesce(relacl, acldefault('s', relowner)) FROM sequence
  UNION ALL
  SELECT concat_ws(' ', 'future', CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                                  WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' END,
                   'of', pg_get_userbyid(d.defaclrole), 'in', coalesce(n.nspname, 'every schema')), d.defaclrole, d.defaclacl
  FROM pg_default_acl AS d LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
  WHERE d.defaclnamespace = 0 OR n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb -> 'schemas'))
)
SELECT 'grant' AS kind,
       concat_ws(' ', granted.privilege_type, 'on', object.what, 'to',
                 CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(granted.grantee) END,
                 'by', pg_get_userbyid(granted.grantor)) AS identity,
       CASE WHEN granted.is_grantable THEN 'with grant option' ELSE 'plain' END AS value
FROM object, LATERAL aclexplode(object.acl) AS granted
UNION ALL
SELECT 'owner', object.what, pg_get_userbyid(object.owner)
FROM object WHERE object.what NOT LIKE 'column %' AND object.what NOT LIKE 'future %'
