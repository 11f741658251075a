-- role: exec|verify
-- params: none
-- returns: many
-- Row changes attempted so far by this transaction, plus what earlier transactions of this connection have not handed over yet:
-- read it before and after the work and compare the difference. Needs no right, is not cached, and sees rows changed inside
-- functions and triggers. TRUNCATE, DDL and GRANT show as pg_catalog rows. Toast tables only repeat their owners' changes.
-- The functions behind pg_stat_xact_all_tables, asked for what is used: the view also counts scans and every index of each table.
SELECT changed."table", changed.ins::int AS ins, changed.upd::int AS upd, changed.del::int AS del
FROM (
  SELECT n.nspname || '.' || c.relname AS "table", pg_stat_get_xact_tuples_inserted(c.oid) AS ins,
         pg_stat_get_xact_tuples_updated(c.oid) AS upd, pg_stat_get_xact_tuples_deleted(c.oid) AS del
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 't', 'm', 'p') AND n.nspname <> 'pg_toast'
  OFFSET 0
) AS changed
WHERE changed.ins + changed.upd + changed.del > 0
ORDER BY 1
