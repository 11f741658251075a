-- role: admin
-- params: none
-- returns: many
-- The tables of batches stand with their owner, nobody else writes them, and a stopped batch opens no run.
SELECT 'table ' || t.name || ' belongs to cutter_owner, and nobody else may write it' AS fact, EXISTS (
  SELECT FROM pg_class c
   WHERE c.oid = to_regclass('cutter_runtime.' || t.name) AND c.relowner = 'cutter_owner'::regrole
     AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner AND a.privilege_type <> 'SELECT')) AS ok
  FROM (VALUES ('batch'), ('batch_member'), ('batch_wave'), ('batch_stop')) AS t(name)
UNION ALL
SELECT 'trigger ' || e.trigger_name || ' on ' || e.table_name || ' fires ALWAYS', EXISTS (
  SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass('cutter_runtime.' || e.table_name) AND g.tgname = e.trigger_name AND g.tgenabled = 'A')
  FROM (VALUES ('batch_wave', 'append_only'), ('batch_stop', 'append_only'), ('run', 'not_of_stopped_batch'),
               ('admission', 'after_its_wave'), ('admission_use', 'after_its_wave')) AS e(table_name, trigger_name)
UNION ALL
SELECT 'role cutter_engine has the expected attributes', EXISTS (
  SELECT FROM pg_roles p
   WHERE p.rolname = 'cutter_engine' AND p.rolcanlogin AND p.rolconnlimit = 32 AND NOT p.rolinherit
     AND NOT (p.rolsuper OR p.rolbypassrls OR p.rolcreaterole OR p.rolcreatedb OR p.rolreplication))
UNION ALL
SELECT 'role cutter_exec has twelve places', EXISTS (SELECT FROM pg_roles p WHERE p.rolname = 'cutter_exec' AND p.rolconnlimit = 12)
UNION ALL
SELECT 'cutter_engine may use no schema of the cutter', NOT has_schema_privilege('cutter_engine', 'cutter_runtime', 'USAGE')
