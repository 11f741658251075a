-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Every trigger of the relevant relations with the mode it fires in: O ordinary, A always, R replica only, D disabled. Those of
-- foreign keys have names made of OIDs, so constraint and function name them; switching them off switches the keys off.
WITH relation AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name
  FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS named(name)
  JOIN pg_namespace AS n ON n.nspname = split_part(named.name, '.', 1)
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = split_part(named.name, '.', 2)
), fired AS (
  SELECT relation.name AS relation, t.*, p.proname, k.conname, k.conrelid::regclass::text AS constrained
  FROM relation JOIN pg_trigger AS t ON t.tgrelid = relation.oid
  JOIN pg_proc AS p ON p.oid = t.tgfoid LEFT JOIN pg_constraint AS k ON k.oid = t.tgconstraint
)
SELECT 'trigger mode' AS kind,
       relation || ' ' || CASE WHEN tgisinternal THEN concat_ws(' ', 'key', constrained, conname, proname) ELSE tgname::text END AS identity,
       tgenabled::text AS value
FROM fired
UNION ALL
SELECT 'trigger', relation || ' ' || tgname, pg_get_triggerdef(oid)
FROM fired WHERE NOT tgisinternal
