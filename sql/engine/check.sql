-- role: admin
-- params: none
-- returns: many
-- The engine's tables stand at the version this release schedules with, and its role can define nothing.
SELECT 'the tables stand at migration 123' AS fact, (SELECT max(version) = 123 FROM dbos.dbos_migrations) AS ok
UNION ALL
SELECT 'cutter_engine may write the tables', has_table_privilege('cutter_engine', 'dbos.workflow_status', 'SELECT, INSERT, UPDATE, DELETE')
UNION ALL
SELECT 'cutter_engine may create nothing here', NOT has_database_privilege('cutter_engine', current_database(), 'CREATE')
   AND NOT has_schema_privilege('cutter_engine', 'dbos', 'CREATE') AND NOT has_schema_privilege('cutter_engine', 'public', 'CREATE')
UNION ALL
SELECT 'cutter_engine owns nothing here', NOT EXISTS (SELECT FROM pg_class c WHERE c.relowner = 'cutter_engine'::regrole)
