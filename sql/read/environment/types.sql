-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- What changes the meaning of an expression and touches none of the objects in it: casts and operators over the types of the relevant
-- relations that are neither PostgreSQL's own nor an extension's (which is a fact of its own), and the collations of their columns.
WITH attribute AS (
  SELECT DISTINCT a.atttypid, a.attcollation
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
), extended AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT 'cast' AS kind, concat_ws(' ', format_type(k.castsource, NULL), 'as', format_type(k.casttarget, NULL)) AS identity,
       concat_ws(' ', CASE k.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'in assignments' ELSE 'explicit' END,
                 CASE k.castmethod WHEN 'f' THEN 'by ' || k.castfunc::regprocedure::text WHEN 'i' THEN 'by text' ELSE 'as it lies' END) AS value
FROM pg_cast AS k
WHERE k.oid >= 16384 AND (k.castsource IN (SELECT atttypid FROM attribute) OR k.casttarget IN (SELECT atttypid FROM attribute))
  AND (SELECT count(*) FROM extended WHERE classid = 'pg_cast'::regclass AND objid = k.oid) = 0
UNION ALL
SELECT 'operator', o.oid::regoperator::text, concat_ws(' ', 'by', o.oprcode::regprocedure, 'of', pg_get_userbyid(o.oprowner))
FROM pg_operator AS o
WHERE o.oid >= 16384 AND (o.oprleft IN (SELECT atttypid FROM attribute) OR o.oprright IN (SELECT atttypid FROM attribute))
  AND (SELECT count(*) FROM extended WHERE classid = 'pg_operator'::regclass AND objid = o.oid) = 0
UNION ALL
SELECT 'collation', c.oid::regcollation::text,
       concat_ws(' ', 'provider', c.collprovider, CASE WHEN c.collisdeterministic THEN 'deterministic' ELSE 'not deterministic' END,
                 coalesce(c.collcollate, to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'colllocale'), 'version', c.collversion)
FROM pg_collation AS c WHERE c.oid IN (SELECT attcollation FROM attribute)
