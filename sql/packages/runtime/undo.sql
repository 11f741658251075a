-- role: admin
-- params: none
-- returns: none
-- Removes the schema with every record in it, then the roles. Refuses while a run is open or a later package stands on it.
DO $$
DECLARE
  v_open text := (SELECT string_agg(run_id, ', ' ORDER BY run_id) FROM cutter_runtime.run WHERE closed IS NULL);
BEGIN
  IF v_open IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_RUN_OPEN',
      DETAIL = jsonb_build_object('saw', 'open run ' || v_open, 'wanted', 'no open run')::text;
  ELSIF to_regprocedure('public.fn_iu_revert_run(text, text, text, text)') IS NOT NULL
     OR to_regprocedure('public.fn_iu_cut_admission()') IS NOT NULL
     OR to_regclass('cutter_runtime.batch') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED',
      DETAIL = jsonb_build_object('saw', 'package revert, admission or batch is applied', 'wanted', 'their undo first')::text;
  END IF;
END $$;
DROP SCHEMA cutter_runtime CASCADE;
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['cutter_gate', 'cutter_halt', 'cutter_owner', 'cutter_signal'] LOOP
    BEGIN
      EXECUTE format('DROP ROLE %I', v_role);
    EXCEPTION WHEN dependent_objects_still_exist THEN
      RAISE NOTICE '% stays: another database of this cluster still uses it', v_role;
    END;
  END LOOP;
END $$;
