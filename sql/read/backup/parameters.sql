-- role: backup
-- params: $1 schemas text[]
-- returns: many
-- Settings of an application's own that functions of the dumped schemas set; making such a function again takes the right to set it.
SELECT DISTINCT pg_catalog.split_part(s, '=', 1) AS parameter
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 CROSS JOIN LATERAL pg_catalog.unnest(p.proconfig) s
 WHERE n.nspname = ANY ($1::text[]) AND pg_catalog.strpos(pg_catalog.split_part(s, '=', 1), '.') > 0
 ORDER BY 1
