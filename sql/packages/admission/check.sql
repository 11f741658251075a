-- role: admin
-- params: none
-- returns: many
-- The triggers on the text stand, deferred and ALWAYS, and run pinned functions of directus; those on the ledger stand on each of its
-- tables and run pinned functions of cutter_owner; the event trigger stands before every definition.
SELECT 'trigger ' || e.trigger_name || ' is deferred and fires ALWAYS' AS fact, EXISTS (
  SELECT FROM pg_trigger g
   WHERE g.tgrelid = e.table_name::regclass AND g.tgname = e.trigger_name AND g.tgenabled = 'A' AND g.tgdeferrable AND g.tginitdeferred
     AND g.tgfoid = to_regprocedure(e.function_name)) AS ok
  FROM (VALUES ('public.information_unit', 'trg_iu_cut_admission', 'public.fn_iu_cut_admission()'),
               ('public.unit_version', 'trg_uv_cut_admission_later', 'public.fn_uv_cut_admission()'),
               ('public.unit_version', 'trg_uv_cut_admission', 'public.fn_uv_cut_admission()'),
               ('public.iu_lifecycle_log', 'trg_log_cut_admission', 'cutter_runtime.refuse_unplanned_log()')) AS e(table_name, trigger_name, function_name)
UNION ALL
SELECT f.name || ' is SECURITY DEFINER of directus, pinned, and nobody else may call it', EXISTS (
  SELECT FROM pg_proc p
   WHERE p.oid = to_regprocedure(f.name) AND p.prosecdef AND p.proowner = 'directus'::regrole
     AND p.proconfig = ARRAY['search_path=pg_catalog, public, pg_temp']
     AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner))
  FROM (VALUES ('public.fn_iu_cut_admission()'), ('public.fn_uv_cut_admission()'), ('public.fn_cut_admission_refuse(text, text, text)'),
               ('public.fn_cut_admission_differing(uuid, text, text)')) AS f(name)
UNION ALL
SELECT 'directus may read what they read',
       has_table_privilege('directus', 'cutter_runtime.lease', 'SELECT') AND has_table_privilege('directus', 'cutter_runtime.phase_done', 'SELECT') AND has_table_privilege('directus', 'cutter_runtime.planned_unit', 'SELECT')
UNION ALL
SELECT 'event trigger cut_refuse_ddl fires ALWAYS before a definition and runs a function of workflow_admin as whoever calls', EXISTS (
  SELECT FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
   WHERE e.evtname = 'cut_refuse_ddl' AND e.evtevent = 'ddl_command_start' AND e.evtenabled = 'A' AND e.evttags IS NULL
     AND p.oid = to_regprocedure('cutter_governance.fn_cut_refuse_ddl()') AND NOT p.prosecdef AND p.proowner = 'workflow_admin'::regrole
     AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp']
     AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner))
UNION ALL
SELECT 'trigger trg_dps_cut_principal fires ALWAYS and runs a pinned function of workflow_admin that nobody else may call', EXISTS (
  SELECT FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
   WHERE g.tgrelid = 'cutter_governance.dot_pair_signature'::regclass AND g.tgname = 'trg_dps_cut_principal' AND g.tgenabled = 'A'
     AND p.oid = to_regprocedure('cutter_governance.fn_cut_refuse_foreign_mark()') AND p.prosecdef AND p.proowner = 'workflow_admin'::regrole
     AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp']
     AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner))
UNION ALL
SELECT 'triggers ' || e.trigger_name || ' fire ALWAYS on the fourteen tables of the ledger and its registries', (
  SELECT count(*) = 14 FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
   WHERE c.relnamespace = 'cutter_governance'::regnamespace AND g.tgname = e.trigger_name AND g.tgenabled = 'A' AND g.tgfoid = to_regprocedure(e.function_name))
  FROM (VALUES ('trg_cut_rows', 'cutter_runtime.refuse_unplanned_rows()'), ('trg_cut_unchanged', 'cutter_runtime.refuse_ledger_change()')) AS e(trigger_name, function_name)
UNION ALL
SELECT 'trigger effect_is_whole fires ALWAYS on phase_done', EXISTS (
  SELECT FROM pg_trigger g WHERE g.tgrelid = 'cutter_runtime.phase_done'::regclass AND g.tgname = 'effect_is_whole' AND g.tgenabled = 'A'
     AND g.tgfoid = to_regprocedure('cutter_runtime.refuse_incomplete_effect()'))
UNION ALL
SELECT 'trigger units_are_judged fires ALWAYS on phase_done', EXISTS (
  SELECT FROM pg_trigger g WHERE g.tgrelid = 'cutter_runtime.phase_done'::regclass AND g.tgname = 'units_are_judged' AND g.tgenabled = 'A'
     AND g.tgfoid = to_regprocedure('cutter_runtime.judge_units()'))
UNION ALL
SELECT 'only the two principals may ask where a ledger differs', (
  SELECT array_agg(a.grantee::regrole::text ORDER BY a.grantee::regrole::text) = ARRAY['cutter_exec', 'cutter_owner', 'cutter_verify']
    FROM pg_proc p, aclexplode(p.proacl) a WHERE p.oid = to_regprocedure('cutter_runtime.ledger_differences(text)'))
