-- THE GUARDS of the ledger, of the log and of an effect's end.
-- Says in which columns a row differs from the planned row that is nearest to it; called only to word a refusal. Names, never values.
CREATE FUNCTION cutter_runtime.nearest_difference(p_row jsonb, p_planned jsonb[]) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT coalesce((SELECT string_agg(k.key, ', ' ORDER BY k.key) FROM jsonb_object_keys(p_row) AS k(key) WHERE p_row -> k.key IS DISTINCT FROM w.line -> k.key), 'nothing')
    FROM unnest(p_planned) AS w(line)
   ORDER BY (SELECT count(*) FROM jsonb_object_keys(p_row) AS k(key) WHERE p_row -> k.key IS DISTINCT FROM w.line -> k.key) LIMIT 1
$$;

-- After an INSERT by one of the cutter's roles: every row is one that the effect of this transaction is planned to write.
CREATE FUNCTION cutter_runtime.refuse_unplanned_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_lease lease;
  v_rows jsonb[] := ARRAY(SELECT to_jsonb(n) FROM inserted n);
  v_planned jsonb[];
  v_strange jsonb;
BEGIN
  IF cardinality(v_rows) = 0 THEN
    RETURN NULL;
  END IF;
  SELECT * INTO v_lease FROM lease l WHERE l.effect_xid = pg_current_xact_id();
  IF NOT FOUND OR is_done(v_lease.run_id, v_lease.effect_phase) THEN
    PERFORM stop('STOP_EXECUTION_NOT_AUTHORIZED', cardinality(v_rows) || ' rows of ' || TG_TABLE_NAME || ' by ' || session_user || ' outside an admitted effect', 'an admitted effect of a run');
  END IF;
  -- Through the table's own type, so that a planned time or number is written as the table writes it.
  EXECUTE format('SELECT array_agg(to_jsonb(jsonb_populate_record(NULL::%s, p.line))) FROM cutter_runtime.planned_rows($1, $2, $3, $4) AS p(line)', TG_RELID::regclass)
     INTO v_planned USING v_lease.run_id, v_lease.effect_phase, TG_TABLE_NAME::text,
          coalesce(v_rows[1] #>> '{verify_meta,observed_digest}', v_rows[1] #>> '{payload_envelope,observed_digest}');
  SELECT r.line INTO v_strange FROM unnest(v_rows) AS r(line) LEFT JOIN unnest(v_planned) AS p(line) ON p.line = r.line WHERE p.line IS NULL LIMIT 1;
  IF FOUND THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'a row of ' || TG_TABLE_NAME || ' that ' || v_lease.effect_phase || ' of ' || v_lease.run_id || ' is not planned to write'
      || coalesce('; other than planned: ' || nearest_difference(v_strange, v_planned), ''), 'the rows that follow from what was signed');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION cutter_runtime.refuse_ledger_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM stop('STOP_INVARIANT_FAILED', TG_OP || ' on ' || TG_TABLE_NAME || ' by ' || session_user, 'new rows only');
  RETURN NULL;
END $$;

-- Every ledger row that names this run by one of its planned ids, whoever wrote it.
CREATE FUNCTION cutter_runtime.recorded_rows(p_run_id text) RETURNS TABLE (table_name text, line jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT 'decision_backlog_entry', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.decision_backlog_entry n ON n.entry_id = l.entry_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'decision_backlog_history', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.decision_backlog_history n ON n.history_id = l.history_id OR n.entry_id = l.entry_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'manifest_envelope', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.manifest_envelope n ON n.envelope_id = l.envelope_id OR n.cut_change_set_ref = l.change_set_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'manifest_unit_block', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.manifest_unit_block n ON n.envelope_id = l.envelope_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'review_decision', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.review_decision n ON n.manifest_id = l.envelope_id OR n.cut_change_set_ref = l.change_set_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'dot_pair_signature', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.dot_pair_signature n ON n.cross_reference_change_set_id = l.change_set_id OR n.cross_reference_verify_result_id = l.verify_result_id OR n.signature_id IN (l.executor_signature_id, l.verifier_signature_id) WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'cut_change_set', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.cut_change_set n ON n.change_set_id = l.change_set_id OR n.manifest_id = l.envelope_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'cut_change_set_affected_row', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.cut_change_set_affected_row n ON n.change_set_id = l.change_set_id WHERE l.run_id = p_run_id
  UNION ALL
  SELECT 'verify_result', to_jsonb(n) FROM planned_ledger l JOIN cutter_governance.verify_result n ON n.change_set_id = l.change_set_id OR n.verify_result_id = l.verify_result_id WHERE l.run_id = p_run_id;
END $$;

-- Where the ledger of a run differs from what its recorded phases were planned to write: rows that are missing, and rows too many or other.
CREATE FUNCTION cutter_runtime.ledger_differences(p_run_id text) RETURNS TABLE (table_name text, difference text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_table text;
  v_planned jsonb[];
  v_recorded jsonb[];
  v_planned_of text[];
  v_planned_line jsonb[];
  v_recorded_of text[];
  v_recorded_line jsonb[];
BEGIN
  -- Both are asked for in one place, for all tables: each place that calls them plans their statement anew, which took ten times as long as
  -- the rows of a small run. A phase that writes no row of a table is not asked; a row of it would have no planned one and be told.
  SELECT array_agg(t.name), array_agg(p.line) INTO v_planned_of, v_planned_line
    FROM phase_done d
    JOIN (VALUES ('leg_b_record', ARRAY['decision_backlog_entry', 'decision_backlog_history', 'manifest_envelope', 'manifest_unit_block', 'review_decision',
                                        'dot_pair_signature', 'cut_change_set', 'cut_change_set_affected_row']),
                 ('write_verify', ARRAY['dot_pair_signature', 'verify_result']), ('lifecycle_enact', ARRAY['review_decision']),
                 ('revert', ARRAY['review_decision'])) AS w(phase, tables) ON w.phase = d.phase
   CROSS JOIN unnest(w.tables) AS t(name)
   CROSS JOIN LATERAL planned_rows(p_run_id, d.phase, t.name, NULL) AS p(line)
   WHERE d.run_id = p_run_id;
  SELECT array_agg(r.table_name), array_agg(r.line) INTO v_recorded_of, v_recorded_line FROM recorded_rows(p_run_id) r;
  FOREACH v_table IN ARRAY ARRAY['decision_backlog_entry', 'decision_backlog_history', 'manifest_envelope', 'manifest_unit_block', 'review_decision',
                                 'dot_pair_signature', 'cut_change_set', 'cut_change_set_affected_row', 'verify_result'] LOOP
    EXECUTE format('SELECT array_agg(to_jsonb(jsonb_populate_record(NULL::cutter_governance.%I, p.line)))'
      ' FROM unnest($1, $2) AS p(name, line) WHERE p.name = $3', v_table) INTO v_planned USING v_planned_of, v_planned_line, v_table;
    v_recorded := ARRAY(SELECT r.line FROM unnest(v_recorded_of, v_recorded_line) AS r(name, line) WHERE r.name = v_table);
    RETURN QUERY
      SELECT v_table, CASE WHEN s.line IS NULL THEN 'a planned row is missing'
                           ELSE 'a row that was not planned' || coalesce(', other in: ' || nearest_difference(s.line, v_planned), '') END
        FROM unnest(v_planned) AS p(line) FULL JOIN unnest(v_recorded) AS s(line) ON s.line = p.line
       WHERE p.line IS NULL OR s.line IS NULL LIMIT 5;
  END LOOP;
END $$;

-- What a phase was to make of the units, and did not. NULL: all of it is done.
CREATE FUNCTION cutter_runtime.units_missing(p_run_id text, p_phase text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT CASE WHEN p_phase IN ('cut_leg_a', 'lifecycle_enact', 'revert') AND done.units IS DISTINCT FROM done.planned THEN done.units || ' of ' || done.planned || ' planned units'
              WHEN p_phase IN ('lifecycle_enact', 'revert') AND done.logged IS DISTINCT FROM done.planned THEN done.logged || ' of ' || done.planned || ' rows of the log' END
    FROM (SELECT count(*) AS planned,
                 count(*) FILTER (WHERE CASE p_phase WHEN 'cut_leg_a' THEN u.lifecycle_status = 'draft' AND u.created_at = a.began
                                                     WHEN 'lifecycle_enact' THEN u.lifecycle_status = 'enacted' ELSE u.id IS NULL END) AS units,
                 count(*) FILTER (WHERE p_phase <> 'cut_leg_a' AND EXISTS (
                   SELECT FROM public.iu_lifecycle_log g JOIN phase_done d ON d.run_id = p_run_id AND d.phase = p_phase
                    WHERE g.unit_id = coalesce(u.id, aside.id) AND g.canonical_address = p.canonical_address AND g.logged_at = d.began)) AS logged
            FROM planned_unit p
            JOIN phase_done a ON a.run_id = p.run_id AND a.phase = 'cut_leg_a'
            LEFT JOIN public.information_unit u ON u.canonical_address = p.canonical_address
            -- Joined by the address it had, so that the units are met once and not pair by pair.
            LEFT JOIN (SELECT n.id, n.created_at, split_part(n.canonical_address, '~reverted~', 1) AS had FROM public.information_unit n
                        WHERE p_phase = 'revert' AND n.canonical_address = split_part(n.canonical_address, '~reverted~', 1) || '~reverted~' || n.id) aside
                   ON aside.had = p.canonical_address AND aside.created_at = a.began
           WHERE p.run_id = p_run_id) done
$$;

-- Compares the units of a run in one statement, by the same columns as the trigger on each of them (apply-1-text.sql), and notes the number
-- of writes it describes. It refuses nothing: where a unit is not as planned, or where the writer may switch the counters off, the
-- triggers on each row judge alone.
CREATE FUNCTION cutter_runtime.judge_units() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF current_setting('track_counts')::boolean AND NOT has_parameter_privilege(session_user, 'track_counts', 'SET') AND NOT EXISTS (
       SELECT FROM planned_unit p
         JOIN run r ON r.run_id = p.run_id
         LEFT JOIN public.information_unit u ON u.canonical_address = p.canonical_address
         LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref AND v.unit_id = u.id
         LEFT JOIN public.information_unit parent ON parent.id = u.parent_or_container_ref
        WHERE p.run_id = NEW.run_id
          AND (u.canonical_address = p.canonical_address AND u.unit_kind = p.unit_kind AND u.section_type = p.section_type
               AND u.identity_profile ->> 'primary_section_type_ref' = p.section_type AND u.deleted_at IS NULL
               AND u.owner_ref = p.owner_ref AND u.identity_profile ->> 'publication_type_ref' = p.publication_type
               AND v.content_hash = p.content_hash AND v.lifecycle_status = u.lifecycle_status
               AND encode(sha256(convert_to(v.body, 'UTF8')), 'hex') = p.content_hash
               AND encode(sha256(convert_to(u.identity_profile ->> 'title', 'UTF8')), 'hex') = p.title_sha
               AND (v.title IS NULL OR v.title = '' OR v.title = u.identity_profile ->> 'title')
               AND u.created_by = r.actor AND u.updated_by = r.actor AND v.created_by = r.actor
               AND (CASE WHEN u.parent_or_container_ref IS NULL THEN p.parent_address IS NULL ELSE parent.canonical_address = p.parent_address END)
               AND CASE NEW.phase WHEN 'cut_leg_a' THEN u.lifecycle_status = 'draft' AND u.created_at = NEW.began ELSE u.lifecycle_status = 'enacted' END) IS NOT TRUE) THEN
    NEW.judged_writes := public.fn_cut_writes_to_text();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER units_are_judged BEFORE INSERT ON cutter_runtime.phase_done FOR EACH ROW
  WHEN (NEW.phase IN ('cut_leg_a', 'lifecycle_enact') AND session_user = 'cutter_exec')
  EXECUTE FUNCTION cutter_runtime.judge_units();
ALTER TABLE cutter_runtime.phase_done ENABLE ALWAYS TRIGGER units_are_judged;

-- end_effect records the phase, and only of an effect that did all it was planned to do.
CREATE FUNCTION cutter_runtime.refuse_incomplete_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_missing text;
BEGIN
  -- Leg A, judged: every planned unit was found as planned, and born in this transaction.
  IF NEW.phase <> 'cut_leg_a' OR NEW.judged_writes IS NULL THEN
    v_missing := units_missing(NEW.run_id, NEW.phase);
  END IF;
  IF v_missing IS NULL AND NEW.phase <> 'cut_leg_a' THEN
    SELECT d.table_name || ': ' || d.difference INTO v_missing FROM ledger_differences(NEW.run_id) d LIMIT 1;
  END IF;
  IF v_missing IS NOT NULL THEN
    PERFORM stop('STOP_INVARIANT_FAILED', NEW.phase || ' of ' || NEW.run_id || ' is ended with ' || v_missing, 'the whole plan, or nothing of it');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER effect_is_whole AFTER INSERT ON cutter_runtime.phase_done FOR EACH ROW
  WHEN (NEW.phase IN ('cut_leg_a', 'leg_b_record', 'write_verify', 'lifecycle_enact', 'revert') AND session_user IN ('cutter_exec', 'cutter_verify'))
  EXECUTE FUNCTION cutter_runtime.refuse_incomplete_effect();
ALTER TABLE cutter_runtime.phase_done ENABLE ALWAYS TRIGGER effect_is_whole;

-- A log row says who did what to a unit and why: the actor of the run and its decision, or the actor and reason of the revert's order.
CREATE FUNCTION cutter_runtime.refuse_unplanned_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_planned boolean;
BEGIN
  SELECT CASE l.effect_phase
           WHEN 'lifecycle_enact' THEN (NEW.from_status, NEW.to_status, NEW.actor, NEW.change_set_id, NEW.reason, NEW.tool_revision, NEW.version_id)
             IS NOT DISTINCT FROM ('draft', 'enacted', r.actor, i.change_set_id, 'run ' || r.run_id, r.release, u.version_anchor_ref)
             AND u.canonical_address = p.canonical_address AND NEW.review_decision_id::text = (
               SELECT a.payload ->> 'review_decision_id' FROM admission_use n JOIN admission a ON a.nonce = n.nonce WHERE n.run_id = r.run_id AND n.phase = 'lifecycle_enact')
           WHEN 'revert' THEN (NEW.from_status, NEW.to_status, NEW.actor, NEW.reason, NEW.review_decision_id, NEW.change_set_id, NEW.tool_revision, NEW.version_id)
             IS NOT DISTINCT FROM ('draft', o.soft_status, o.actor, 'revert of ' || r.run_id || ': ' || o.reason, NULL::uuid, NULL::uuid, NULL::text, u.version_anchor_ref)
             AND u.canonical_address = p.canonical_address || '~reverted~' || u.id
           ELSE false END
    INTO v_planned
    FROM lease l
    JOIN run r ON r.run_id = l.run_id
    JOIN planned_ledger i ON i.run_id = r.run_id
    LEFT JOIN planned_unit p ON p.run_id = r.run_id AND p.canonical_address = NEW.canonical_address
    LEFT JOIN public.information_unit u ON u.id = NEW.unit_id
    LEFT JOIN LATERAL (SELECT * FROM revert_order w WHERE w.run_id = r.run_id ORDER BY w.order_id DESC LIMIT 1) o ON l.effect_phase = 'revert'
   WHERE l.effect_xid = pg_current_xact_id();
  IF v_planned IS NULL OR NOT v_planned THEN
    PERFORM stop(CASE WHEN v_planned IS NULL THEN 'STOP_EXECUTION_NOT_AUTHORIZED' ELSE 'STOP_INVARIANT_FAILED' END,
                 'a log row of ' || NEW.canonical_address || ' by ' || session_user || ' with another actor, reason or decision than planned', 'the run''s own actor, reason and decision');
  END IF;
  RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION cutter_runtime.ledger_facts(text, text, text), cutter_runtime.planned_decision(text, text),
  cutter_runtime.planned_mark(uuid, text, jsonb, cutter_runtime.run, timestamptz, text, jsonb), cutter_runtime.planned_rows(text, text, text, text),
  cutter_runtime.nearest_difference(jsonb, jsonb[]), cutter_runtime.refuse_unplanned_rows(), cutter_runtime.refuse_ledger_change(),
  cutter_runtime.recorded_rows(text), cutter_runtime.ledger_differences(text), cutter_runtime.units_missing(text, text),
  cutter_runtime.refuse_incomplete_effect(), cutter_runtime.refuse_unplanned_log(), cutter_runtime.judge_units() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cutter_runtime.ledger_differences(text) TO cutter_exec, cutter_verify;
RESET ROLE;

CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.decision_backlog_entry REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.decision_backlog_entry FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.decision_backlog_entry ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.decision_backlog_entry ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.decision_backlog_history REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.decision_backlog_history FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.decision_backlog_history ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.decision_backlog_history ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.manifest_envelope REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.manifest_envelope FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.manifest_envelope ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.manifest_envelope ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.manifest_unit_block REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.manifest_unit_block FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.manifest_unit_block ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.manifest_unit_block ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.review_decision REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.review_decision FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.review_decision ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.review_decision ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.dot_pair_signature REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.dot_pair_signature FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.dot_pair_signature ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.dot_pair_signature ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.cut_change_set REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.cut_change_set FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.cut_change_set ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.cut_change_set ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.cut_change_set_affected_row REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.cut_change_set_affected_row FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.cut_change_set_affected_row ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.cut_change_set_affected_row ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.verify_result REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.verify_result FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.verify_result ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.verify_result ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.decision_backlog_dependency REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.decision_backlog_dependency FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.decision_backlog_dependency ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.decision_backlog_dependency ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.decision_backlog_sweep_log REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.decision_backlog_sweep_log FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.decision_backlog_sweep_log ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.decision_backlog_sweep_log ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.canonical_address_alias REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.canonical_address_alias FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.canonical_address_alias ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.canonical_address_alias ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.source_document_registry REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.source_document_registry FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.source_document_registry ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.source_document_registry ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE TRIGGER trg_cut_rows AFTER INSERT ON cutter_governance.source_document_version_registry REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_rows();
CREATE TRIGGER trg_cut_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_governance.source_document_version_registry FOR EACH STATEMENT
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_ledger_change();
ALTER TABLE cutter_governance.source_document_version_registry ENABLE ALWAYS TRIGGER trg_cut_rows;
ALTER TABLE cutter_governance.source_document_version_registry ENABLE ALWAYS TRIGGER trg_cut_unchanged;
CREATE CONSTRAINT TRIGGER trg_log_cut_admission AFTER INSERT ON public.iu_lifecycle_log
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (session_user IN ('cutter_exec', 'cutter_verify', 'cutter_gate', 'cutter_halt', 'cutter_backup'))
  EXECUTE FUNCTION cutter_runtime.refuse_unplanned_log();
ALTER TABLE public.iu_lifecycle_log ENABLE ALWAYS TRIGGER trg_log_cut_admission;
