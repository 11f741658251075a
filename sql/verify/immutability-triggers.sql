-- role: exec|verify
-- params: none
-- returns: many
-- The two triggers that keep enacted text unchanged, with their mode.
SELECT t.tgname::text AS "trigger", n.nspname || '.' || c.relname AS relation, t.tgenabled::text AS mode
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE t.tgname IN ('trg_iu_enacted_immut', 'trg_uv_enacted_immut') AND NOT t.tgisinternal
 ORDER BY t.tgname
