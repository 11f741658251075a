-- 2. The one way our SQL refuses, and the triggers that keep records as they were written (ENABLE ALWAYS: also under replica).
CREATE FUNCTION cutter_runtime.stop(p_code text, p_saw text, p_wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = p_code,
    DETAIL = jsonb_build_object('saw', coalesce(p_saw, 'nothing'), 'wanted', p_wanted)::text;
END $$;

CREATE FUNCTION cutter_runtime.refuse_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM stop('STOP_INVARIANT_FAILED', TG_OP || ' on ' || TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 'new rows only: this table is append-only');
  RETURN NULL;
END $$;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['admission', 'planned_unit', 'admission_use', 'revocation', 'halt', 'phase_done',
                                 'backup_receipt', 'journal', 'approver_set'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_runtime.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION cutter_runtime.refuse_change()', v_table);
    EXECUTE format('ALTER TABLE cutter_runtime.%I ENABLE ALWAYS TRIGGER append_only', v_table);
  END LOOP;
END $$;

CREATE FUNCTION cutter_runtime.refuse_version_gap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_next int := (SELECT coalesce(max(version), 0) + 1 FROM approver_set);
BEGIN
  IF NEW.version <> v_next THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'approver set version ' || NEW.version, 'version ' || v_next || ', one after the newest');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER next_version_only BEFORE INSERT ON cutter_runtime.approver_set
  FOR EACH ROW EXECUTE FUNCTION cutter_runtime.refuse_version_gap();
ALTER TABLE cutter_runtime.approver_set ENABLE ALWAYS TRIGGER next_version_only;

-- An effect that began must be recorded in the same transaction, or nothing of it commits.
CREATE FUNCTION cutter_runtime.refuse_unrecorded_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM phase_done d
                  WHERE d.run_id = NEW.run_id AND d.phase = NEW.effect_phase AND d.xid = NEW.effect_xid) THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'effect ' || NEW.effect_phase || ' of ' || NEW.run_id || ' began and was not ended',
                 'end_effect before COMMIT');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER effect_is_recorded AFTER UPDATE ON cutter_runtime.lease
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.effect_xid IS NOT NULL AND NEW.effect_xid IS DISTINCT FROM OLD.effect_xid)
  EXECUTE FUNCTION cutter_runtime.refuse_unrecorded_effect();
ALTER TABLE cutter_runtime.lease ENABLE ALWAYS TRIGGER effect_is_recorded;
