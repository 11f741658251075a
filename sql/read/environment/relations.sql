-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Definitions that decide what a write does: kind, row security, columns, constraints, indexes, policies and rules of the relevant
-- relations, and the constraints of the domains their columns use. Nothing here moves with rows.
WITH relation AS (
  SELECT c.*, n.nspname || '.' || c.relname AS name
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
), attribute AS (
  SELECT relation.name, a.*, pg_get_expr(d.adbin, d.adrelid) AS expression,
         CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation::text END AS collated
  FROM relation JOIN pg_attribute AS a ON a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE relation.relkind <> 'S'
)
SELECT 'relation' AS kind, name AS identity,
       concat_ws(', ', 'kind ' || relkind::text, 'persistence ' || relpersistence::text,
                 'row security ' || CASE WHEN relforcerowsecurity THEN 'forced' WHEN relrowsecurity THEN 'on' ELSE 'off' END,
                 (SELECT 'access method ' || amname FROM pg_am WHERE pg_am.oid = relam),
                 (SELECT 'inherits ' || string_agg(inhparent::regclass::text, ' ' ORDER BY inhparent::regclass::text COLLATE "C") FROM pg_inherits WHERE inhrelid = relation.oid),
                 (SELECT 'has children ' || string_agg(inhrelid::regclass::text, ' ' ORDER BY inhrelid::regclass::text COLLATE "C") FROM pg_inherits WHERE inhparent = relation.oid)) AS value
FROM relation
UNION ALL
SELECT 'column', name || '.' || attname,
       concat_ws(' ', format_type(atttypid, atttypmod), collated, CASE WHEN attnotnull THEN 'not null' END,
                 CASE WHEN attgenerated <> '' THEN 'generated' WHEN attidentity <> '' THEN 'identity ' || attidentity::text WHEN expression IS NOT NULL THEN 'default' END, expression)
FROM attribute
UNION ALL
SELECT 'constraint', relation.name || ' ' || k.conname, concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN NOT k.convalidated THEN 'not valid' END)
FROM relation JOIN pg_constraint AS k ON k.conrelid = relation.oid WHERE k.contype <> 't'
UNION ALL
SELECT DISTINCT 'constraint', 'domain ' || format_type(k.contypid, NULL) || ' ' || k.conname, pg_get_constraintdef(k.oid)
FROM attribute JOIN pg_constraint AS k ON k.contypid = attribute.atttypid
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'invalid' END)
FROM relation JOIN pg_index AS i ON i.indrelid = relation.oid
UNION ALL
SELECT 'policy', relation.name || ' ' || p.polname,
       concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for', p.polcmd, 'to',
                 (SELECT string_agg(CASE member WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(member) END, ',' ORDER BY pg_get_userbyid(member) COLLATE "C") FROM unnest(p.polroles) AS member),
                 'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
FROM relation JOIN pg_policy AS p ON p.polrelid = relation.oid
UNION ALL
SELECT 'rule', relation.name || ' ' || r.rulename, 'mode ' || r.ev_enabled::text || ' ' || pg_get_ruledef(r.oid)
FROM relation JOIN pg_rewrite AS r ON r.ev_class = relation.oid
