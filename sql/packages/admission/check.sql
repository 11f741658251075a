-- role: admin
-- params: none
-- returns: many
-- The three triggers stand, deferred and ALWAYS, and run pinned functions of directus; the event trigger stands before every definition.
SELECT 'trigger ' || e.trigger_name || ' is deferred and fires ALWAYS' AS fact, EXISTS (
  SELECT FROM pg_trigger g
   WHERE g.tgrelid = e.table_name::regclass AND g.tgname = e.trigger_name AND g.tgenabled = 'A' AND g.tgdeferrable AND g.tginitdeferred
     AND g.tgfoid = to_regprocedure(e.function_name)) AS ok
  FROM (VALUES ('public.information_unit', 'trg_iu_cut_admission', 'public.fn_iu_cut_admission()'),
               ('public.unit_version', 'trg_uv_cut_admission_later', 'public.fn_uv_cut_admission()'),
               ('public.unit_version', 'trg_uv_cut_admission', 'public.fn_uv_cut_admission()')) AS e(table_name, trigger_name, function_name)
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
       has_table_privilege('directus', 'cutter_runtime.lease', 'SELECT') AND has_table_privilege('directus', 'cutter_runtime.planned_unit', 'SELECT')
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
