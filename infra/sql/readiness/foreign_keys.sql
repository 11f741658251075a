-- role: admin
-- params: psql variable carried, JSON array of "schema.table": backup.tables and backup.context_tables
-- returns: many
-- Foreign keys of tables the backup carries to tables it does not: a backup stops at each that backup.left_out_keys does not name.
SELECT jsonb_build_object('look', 'foreign_key', 'key', o.nspname || '.' || c.relname || ' ' || k.conname, 'leads_to', t.nspname || '.' || r.relname)
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace o ON o.oid = c.relnamespace
  JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace t ON t.oid = r.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND o.nspname || '.' || c.relname IN (SELECT jsonb_array_elements_text(:'carried'::jsonb))
   AND t.nspname || '.' || r.relname NOT IN (SELECT jsonb_array_elements_text(:'carried'::jsonb))
 ORDER BY o.nspname COLLATE "C", c.relname COLLATE "C", k.conname COLLATE "C"
