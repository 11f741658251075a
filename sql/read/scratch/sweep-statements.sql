-- role: admin
-- params: none
-- returns: many
-- Statements that leave a handed-over server as it was: databases of a restore first, then the roles it made, the claim last.
SELECT s.statement
  FROM (
    SELECT 1 AS stage, pg_catalog.format('DROP DATABASE IF EXISTS %I WITH (FORCE)', d.datname) AS statement
      FROM pg_catalog.pg_database d WHERE pg_catalog.pg_get_userbyid(d.datdba) = 'cutter_scratch_owner'
    UNION ALL
    SELECT CASE r.rolname WHEN 'cutter_scratch_claim' THEN 3 ELSE 2 END, pg_catalog.format('DROP ROLE IF EXISTS %I', r.rolname)
      FROM pg_catalog.pg_roles r WHERE NOT r.rolsuper AND r.rolname NOT LIKE 'pg\_%'
  ) s
 ORDER BY s.stage, s.statement
