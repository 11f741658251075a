-- role: admin
-- params: none
-- returns: many
-- The schema stands as designed: owner, pinned functions, nothing for PUBLIC, no direct write for anybody, triggers ALWAYS.
WITH cutter_tables AS (
  SELECT c.oid, c.relname, c.relowner FROM pg_class c WHERE c.relnamespace = 'cutter_runtime'::regnamespace AND c.relkind = 'r'
     AND c.relname NOT IN ('batch', 'batch_member', 'batch_wave', 'batch_stop')),
cutter_functions AS (
  SELECT p.* FROM pg_proc p WHERE p.pronamespace = 'cutter_runtime'::regnamespace),
expected_triggers(table_name, trigger_name) AS (
  SELECT t, 'append_only' FROM unnest(ARRAY['admission', 'planned_unit', 'admission_use', 'revocation', 'halt', 'phase_done',
    'backup_receipt', 'journal', 'approver_set', 'planned_ledger', 'revert_order', 'row_lock']) AS t
  UNION ALL VALUES ('approver_set', 'next_version_only'), ('lease', 'effect_is_recorded'), ('journal', 'entry_is_true'))
SELECT 'the fifteen tables are there and owned by cutter_owner' AS fact,
       (SELECT count(*) = 15 AND bool_and(relowner = 'cutter_owner'::regrole) FROM cutter_tables) AS ok
UNION ALL
SELECT 'every function is SECURITY DEFINER of cutter_owner with a pinned search_path, and the one that ends sessions of cutter_signal',
       (SELECT bool_and(prosecdef AND proowner = CASE proname WHEN 'end_session_of' THEN 'cutter_signal' ELSE 'cutter_owner' END::regrole
                        AND coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, cutter_runtime, pg_temp']
                        AND coalesce(proconfig, '{}') <@ ARRAY['search_path=pg_catalog, cutter_runtime, pg_temp', 'plan_cache_mode=force_generic_plan']) FROM cutter_functions)
UNION ALL
SELECT 'PUBLIC may execute none of them', NOT EXISTS (
  SELECT FROM cutter_functions f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a WHERE a.grantee = 0)
UNION ALL
SELECT 'nobody but the owner may write ' || t.relname, NOT EXISTS (
  SELECT FROM aclexplode((SELECT relacl FROM pg_class WHERE oid = t.oid)) a
   WHERE a.grantee <> t.relowner AND a.privilege_type <> 'SELECT')
  FROM cutter_tables t
UNION ALL
SELECT 'trigger ' || e.trigger_name || ' on ' || e.table_name || ' fires ALWAYS', EXISTS (
  SELECT FROM pg_trigger g JOIN cutter_tables t ON t.oid = g.tgrelid
   WHERE t.relname = e.table_name AND g.tgname = e.trigger_name AND g.tgenabled = 'A')
  FROM expected_triggers e
UNION ALL
SELECT 'role ' || r.name || ' has the expected attributes', EXISTS (
  SELECT FROM pg_roles p
   WHERE p.rolname = r.name AND p.rolcanlogin = r.login AND p.rolconnlimit = r.connections
     AND NOT (p.rolsuper OR p.rolbypassrls OR p.rolcreaterole OR p.rolcreatedb OR p.rolreplication))
  FROM (VALUES ('cutter_owner', false, -1), ('cutter_signal', false, -1), ('cutter_gate', true, 2), ('cutter_halt', true, 2)) AS r(name, login, connections)
UNION ALL
SELECT 'nobody is a member of cutter_owner or cutter_signal', NOT EXISTS (
  SELECT FROM pg_auth_members m WHERE m.roleid IN ('cutter_owner'::regrole, 'cutter_signal'::regrole))
UNION ALL
SELECT 'cutter_signal may end sessions, and only a function of the owner may ask it to',
       pg_has_role('cutter_signal', 'pg_signal_backend', 'USAGE') AND (
         SELECT array_agg(a.grantee::regrole::text ORDER BY a.grantee::regrole::text) = ARRAY['cutter_owner', 'cutter_signal']
           FROM pg_proc p, aclexplode(p.proacl) a WHERE p.oid = to_regprocedure('cutter_runtime.end_session_of(text)'))
