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
                                 'backup_receipt', 'journal', 'approver_set', 'planned_ledger', 'revert_order', 'row_lock'] LOOP
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

-- RFC 8785 text of a value, for the values the cutter hashes: keys of printable ASCII, whole numbers of at most 15 digits. Anything
-- else is refused, so that no value can have one digest here and another one in the runner.
CREATE FUNCTION cutter_runtime.canonical(p_value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  CASE jsonb_typeof(p_value)
    WHEN 'object' THEN
      IF EXISTS (SELECT FROM jsonb_object_keys(p_value) AS k(key) WHERE k.key !~ '^[ -~]+$') THEN
        PERFORM stop('STOP_REFUSED_INPUT', 'a key that is not printable ASCII', 'keys of printable ASCII');
      END IF;
      RETURN '{' || coalesce((SELECT string_agg(to_json(e.key)::text || ':' || canonical(e.value), ',' ORDER BY e.key COLLATE "C")
                                FROM jsonb_each(p_value) AS e(key, value)), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((SELECT string_agg(canonical(e.value), ',' ORDER BY e.place)
                                FROM jsonb_array_elements(p_value) WITH ORDINALITY AS e(value, place)), '') || ']';
    WHEN 'number' THEN
      IF p_value::text !~ '^-?(0|[1-9][0-9]{0,14})$' THEN
        PERFORM stop('STOP_REFUSED_INPUT', 'a number that is not a whole one of at most 15 digits', 'whole numbers');
      END IF;
      RETURN p_value::text;
    ELSE
      RETURN p_value::text;
  END CASE;
END $$;

CREATE FUNCTION cutter_runtime.digest_of(p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT encode(sha256(convert_to(canonical(p_value), 'UTF8')), 'hex')
$$;
