-- role: admin
-- params: none
-- returns: many
-- The function is directus's, pinned, for cutter_exec alone, and its marker is allowed.
SELECT 'fn_iu_revert_run is SECURITY DEFINER of directus with a pinned search_path' AS fact, EXISTS (
  SELECT FROM pg_proc p
   WHERE p.oid = to_regprocedure('public.fn_iu_revert_run(text, text, text, text)') AND p.prosecdef
     AND p.proowner = 'directus'::regrole AND p.proconfig = ARRAY['search_path=pg_catalog, public, pg_temp']) AS ok
UNION ALL
SELECT 'only cutter_exec may call it', (
  SELECT array_agg(a.grantee::regrole::text ORDER BY a.grantee::regrole::text) = ARRAY['cutter_exec', 'directus']
    FROM pg_proc p, aclexplode(p.proacl) a
   WHERE p.oid = to_regprocedure('public.fn_iu_revert_run(text, text, text, text)'))
UNION ALL
SELECT 'its marker is among the allowed ones', EXISTS (
  SELECT FROM public.dot_config c
   WHERE c.key = 'iu_create.gateway.allowed_marker_values' AND 'fn_iu_revert_run' = ANY (string_to_array(c.value, ',')))
UNION ALL
SELECT 'directus may read what the function reads',
       has_table_privilege('directus', 'cutter_runtime.lease', 'SELECT') AND has_table_privilege('directus', 'cutter_runtime.planned_unit', 'SELECT')
       AND has_table_privilege('directus', 'cutter_runtime.phase_done', 'SELECT')
