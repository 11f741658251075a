-- role: exec
-- params: none
-- returns: many
-- The live vocabulary: dot_config rows `vocab.<kind>.<word>`.
SELECT pg_catalog.split_part(c.key, '.', 2) AS kind, pg_catalog.split_part(c.key, '.', 3) AS word
  FROM public.dot_config c
 WHERE c.key LIKE 'vocab.%'
 ORDER BY c.key
