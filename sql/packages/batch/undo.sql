-- role: admin
-- params: none
-- returns: none
-- Removes the records of batches, never a run. Refuses while a batch is open.
DO $$
DECLARE
  v_open text := (SELECT string_agg(batch_id, ', ' ORDER BY batch_id) FROM cutter_runtime.batch WHERE closed IS NULL);
BEGIN
  IF v_open IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_RUN_OPEN',
      DETAIL = jsonb_build_object('saw', 'open batch ' || v_open, 'wanted', 'no open batch')::text;
  END IF;
END $$;
SET LOCAL ROLE cutter_owner;
DROP TRIGGER after_its_wave ON cutter_runtime.admission_use;
DROP TRIGGER after_its_wave ON cutter_runtime.admission;
DROP FUNCTION cutter_runtime.refuse_other_outcome();
DROP FUNCTION cutter_runtime.wave_before(text);
DROP TRIGGER not_of_stopped_batch ON cutter_runtime.run;
DROP FUNCTION cutter_runtime.refuse_run_of_stopped_batch();
DROP FUNCTION cutter_runtime.stop_batch(text, text, text);
DROP FUNCTION cutter_runtime.give_up_batch(text, text, text);
DROP FUNCTION cutter_runtime.close_batch(text, text, text);
DROP FUNCTION cutter_runtime.end_wave(text, int, text, jsonb);
DROP FUNCTION cutter_runtime.note_member(text, text, text, boolean, text);
DROP FUNCTION cutter_runtime.assign_member(text, text, text);
DROP FUNCTION cutter_runtime.open_batch(text, jsonb, text, text, text, text, jsonb);
DROP FUNCTION cutter_runtime.open_batch_row(text);
DROP FUNCTION cutter_runtime.batch_stopped(text);
DROP TABLE cutter_runtime.batch_stop;
DROP TABLE cutter_runtime.batch_wave;
DROP TABLE cutter_runtime.batch_member;
DROP TABLE cutter_runtime.batch;
RESET ROLE;
ALTER ROLE cutter_exec CONNECTION LIMIT 2;
DO $$
BEGIN
  DROP ROLE cutter_engine;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE NOTICE 'cutter_engine stays: a database of this cluster still uses it';
END $$;
