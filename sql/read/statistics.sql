-- role: exec|verify
-- params: none
-- returns: many
-- Row changes attempted so far by this transaction, plus what earlier transactions of this connection have not handed over yet:
-- read it before and after the work and compare the difference. Needs no right, is not cached, and sees rows changed inside
-- functions and triggers. TRUNCATE, DDL and GRANT show as pg_catalog rows. Toast tables only repeat their owners' changes.
SELECT schemaname || '.' || relname AS "table", n_tup_ins::int AS ins, n_tup_upd::int AS upd, n_tup_del::int AS del
FROM pg_stat_xact_all_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND schemaname <> 'pg_toast'
ORDER BY 1
