-- role: exec|verify|backup
-- params: $1 scope jsonb
-- returns: many
-- Schemas, relations and functions that this release works with and that the database does not have; the scope names them.
-- A function with arguments must exist with exactly those, one without by its name; read under search_path = pg_catalog.
SELECT 'schema' AS kind, wanted.name AS identity
FROM jsonb_array_elements_text($1::jsonb -> 'schemas') AS wanted(name)
WHERE NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = wanted.name)
UNION ALL
SELECT 'relation', wanted.name
FROM jsonb_array_elements_text($1::jsonb -> 'relations') AS wanted(name)
WHERE NOT EXISTS (
  SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = split_part(wanted.name, '.', 1) AND c.relname = split_part(wanted.name, '.', 2))
UNION ALL
SELECT 'function', wanted.name
FROM jsonb_array_elements_text($1::jsonb -> 'functions') AS wanted(name)
WHERE NOT EXISTS (
  SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname || '.' || p.proname = split_part(wanted.name, '(', 1)
    AND (position('(' IN wanted.name) = 0 OR p.oid::regprocedure::text = replace(wanted.name, ', ', ',')))
ORDER BY 1, 2
