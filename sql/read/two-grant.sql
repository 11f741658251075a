-- role: exec|verify
-- params: none
-- returns: one
-- The two SELECT rights that package two-grant gives cutter_exec, without which the ledger cannot be re-read after leg B.
WITH ledger AS (
  SELECT c.relname, has_table_privilege(r.oid, c.oid, 'SELECT') AS granted
  FROM pg_roles AS r, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE r.rolname = 'cutter_exec' AND n.nspname = 'cutter_governance'
    AND c.relname IN ('verify_result', 'cut_change_set_affected_row')
)
SELECT coalesce(bool_or(granted) FILTER (WHERE relname = 'verify_result'), false) AS verify_result,
       coalesce(bool_or(granted) FILTER (WHERE relname = 'cut_change_set_affected_row'), false) AS cut_change_set_affected_row
FROM ledger
