-- role: admin
-- params: none
-- returns: many
-- Both SELECTs hold, and they brought no other right on the two tables.
SELECT 'cutter_exec may SELECT ' || t.name AS fact,
       has_table_privilege('cutter_exec', t.name, 'SELECT') AS ok
  FROM (VALUES ('cutter_governance.verify_result'), ('cutter_governance.cut_change_set_affected_row')) AS t(name)
UNION ALL
SELECT 'cutter_exec may not write cutter_governance.verify_result',
       NOT has_table_privilege('cutter_exec', 'cutter_governance.verify_result', 'INSERT, UPDATE, DELETE, TRUNCATE')
UNION ALL
SELECT 'cutter_exec may not change rows of cutter_governance.cut_change_set_affected_row',
       NOT has_table_privilege('cutter_exec', 'cutter_governance.cut_change_set_affected_row', 'UPDATE, DELETE, TRUNCATE')
