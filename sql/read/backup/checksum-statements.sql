-- role: backup
-- params: $1 tables text[] ("schema.table")
-- returns: many
-- One statement a table that prints every row as text in primary key order, whatever the collation of the database.
SELECT n.nspname || '.' || c.relname AS name,
       pg_catalog.format('COPY (SELECT ROW(cut.*)::text FROM ONLY %I.%I cut ORDER BY %s) TO STDOUT', n.nspname, c.relname,
         coalesce((SELECT pg_catalog.string_agg(pg_catalog.format('cut.%I::text COLLATE "C"', a.attname), ', ' ORDER BY k.ordinality)
                     FROM pg_catalog.pg_index i
                    CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, ordinality)
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE i.indrelid = c.oid AND i.indisprimary), 'ROW(cut.*)::text COLLATE "C"')) AS statement
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname || '.' || c.relname = ANY ($1::text[]) AND c.relkind IN ('r', 'p')
 ORDER BY 1
