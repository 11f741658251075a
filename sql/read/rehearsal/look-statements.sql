-- role: admin
-- params: $1 tables text[] ("schema.table"), $2 look int
-- returns: many
-- Statements that note every row of the tables by its digest, with words a person finds it by: its address, else its primary key.
SELECT pg_catalog.format(
         'INSERT INTO pg_temp.looked_at (look, name, row_key, row_sha) SELECT %s, %L, %s, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(ROW(cut.*)::text, ''UTF8'')), ''hex'') FROM ONLY %I.%I cut',
         $2::int, n.nspname || '.' || c.relname,
         coalesce((SELECT 'cut.canonical_address::text' FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'canonical_address' AND NOT a.attisdropped),
                  (SELECT 'pg_catalog.concat_ws('', '', ' || pg_catalog.string_agg(pg_catalog.format('cut.%I::text', a.attname), ', ' ORDER BY k.ordinality) || ')'
                     FROM pg_catalog.pg_index i
                    CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, ordinality)
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE i.indrelid = c.oid AND i.indisprimary), '''a row without a key'''),
         n.nspname, c.relname) AS statement
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname || '.' || c.relname = ANY ($1::text[]) AND c.relkind IN ('r', 'p')
 ORDER BY 1
