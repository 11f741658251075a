-- role: admin
-- params: none
-- returns: none
-- Takes the function and its marker away; reverted units stay as they are.
SET LOCAL ROLE directus;
DROP FUNCTION public.fn_iu_revert_run(text, text, text, text);
DO $$
BEGIN
  UPDATE public.dot_config SET value = 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact'
   WHERE key = 'iu_create.gateway.allowed_marker_values' AND value = 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact,fn_iu_revert_run';
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'the allowed markers are not those this package set',
      'wanted', 'fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact,fn_iu_revert_run')::text;
  END IF;
END $$;
RESET ROLE;
