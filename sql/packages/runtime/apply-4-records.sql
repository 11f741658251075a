-- 4. Records of phases that write nothing to the target, receipts, the journal, and the end of a run.
-- What the phase stands on must be recorded; after a revert nothing of the forward line may follow.
CREATE FUNCTION cutter_runtime.refuse_out_of_order(p_run_id text, p_phase text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_before text := CASE p_phase WHEN 'revert' THEN 'cut_leg_a' ELSE phase_before(p_phase) END;
BEGIN
  IF v_before IS NOT NULL AND NOT is_done(p_run_id, v_before) THEN
    PERFORM stop('STOP_INVARIANT_FAILED', p_phase || ' of ' || p_run_id || ' before ' || v_before || ' is recorded', v_before || ' recorded first');
  ELSIF p_phase = 'revert' AND is_done(p_run_id, 'lifecycle_enact') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'run ' || p_run_id || ' is enacted', 'a run that is written and not enacted');
  ELSIF p_phase <> 'revert' AND is_done(p_run_id, 'revert') THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'run ' || p_run_id || ' is reverted', 'a run that goes forward');
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.record_phase(p_run_id text, p_phase text, p_epoch bigint, p_input_sha text, p_output_sha text, p_output jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_done phase_done;
BEGIN
  IF p_phase NOT IN ('source_pin', 'mark', 'cutplan', 'pre_write_backup', 'grant_probe', 'structural_verify', 'closeout') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', p_phase || ' recorded without an effect', 'a phase that writes nothing to the target tables');
  END IF;
  PERFORM refuse_inside_effect('another phase recorded');
  PERFORM extend_lease(p_run_id, p_epoch);
  PERFORM open_run_row(p_run_id);
  PERFORM refuse_halted(p_run_id);
  PERFORM refuse_torn(p_run_id, NULL);
  SELECT * INTO v_done FROM phase_done d WHERE d.run_id = p_run_id AND d.phase = p_phase;
  IF FOUND THEN
    IF v_done.input_sha <> p_input_sha THEN
      PERFORM stop('STOP_REPLAY_CONFLICT', p_phase || ' of ' || p_run_id || ' is recorded with another input', 'the recorded input ' || v_done.input_sha);
    END IF;
    RETURN;
  END IF;
  PERFORM refuse_out_of_order(p_run_id, p_phase);
  INSERT INTO phase_done (run_id, phase, epoch, input_sha, output_sha, output)
       VALUES (p_run_id, p_phase, p_epoch, p_input_sha, p_output_sha, p_output);
  UPDATE run SET state = state_after(p_phase), last_stop = NULL,
                 source_version_id = CASE p_phase WHEN 'source_pin' THEN p_output ->> 'source_version_id' ELSE source_version_id END
   WHERE run_id = p_run_id;
END $$;

CREATE FUNCTION cutter_runtime.record_receipt(p_run_id text, p_epoch bigint, p_attempt int, p_content_digests jsonb, p_content_digests_sha text,
  p_file_sha text, p_size bigint, p_recipient text, p_proof jsonb, p_proof_sha text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_next int;
BEGIN
  PERFORM refuse_inside_effect('a receipt recorded');
  PERFORM extend_lease(p_run_id, p_epoch);
  PERFORM open_run_row(p_run_id);
  IF EXISTS (SELECT FROM backup_receipt b WHERE b.run_id = p_run_id AND b.attempt = p_attempt AND b.file_sha = p_file_sha
                AND b.content_digests_sha = p_content_digests_sha AND b.proof_sha = p_proof_sha) THEN
    RETURN;
  END IF;
  SELECT coalesce(max(b.attempt), 0) + 1 INTO v_next FROM backup_receipt b WHERE b.run_id = p_run_id;
  IF p_attempt <> v_next THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'backup attempt ' || p_attempt || ' of ' || p_run_id, 'attempt ' || v_next);
  END IF;
  INSERT INTO backup_receipt (run_id, attempt, content_digests, content_digests_sha, file_sha, size_bytes, recipient, proof, proof_sha)
       VALUES (p_run_id, p_attempt, p_content_digests, p_content_digests_sha, p_file_sha, p_size, p_recipient, p_proof, p_proof_sha);
END $$;

CREATE FUNCTION cutter_runtime.refuse_entry(p_saw text, p_wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM stop('STOP_INVARIANT_FAILED', 'a journal entry ' || p_saw, p_wanted);
END $$;

-- An entry is of a known kind, at its time, with that kind's words and by its writer; nothing else is ever chained.
CREATE FUNCTION cutter_runtime.refuse_strange_entry(p_run cutter_runtime.run, p_seq bigint, p_entry jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_event text := p_entry ->> 'event';
  v_words text[] := CASE v_event WHEN 'opened' THEN ARRAY['document_id', 'actor', 'host', 'release'] WHEN 'rehearsed' THEN ARRAY['rehearsal']
    WHEN 'phase' THEN ARRAY['phase', 'input_sha', 'output_sha'] WHEN 'closed' THEN ARRAY['kind', 'reason']
    WHEN 'review_decision_minted' THEN ARRAY['review_decision_id'] END;
BEGIN
  IF jsonb_typeof(p_entry) <> 'object' OR v_words IS NULL OR NOT p_entry ?& v_words OR p_entry - (v_words || ARRAY['event', 'utc']) <> '{}' THEN
    PERFORM refuse_entry('of kind ' || coalesce(left(v_event, 40), 'none'), 'opened, phase, rehearsed, review_decision_minted or closed, each with its own words');
  ELSIF coalesce(p_entry ->> 'utc', '') !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'
     OR (p_entry ->> 'utc')::timestamptz NOT BETWEEN transaction_timestamp() - interval '1 second' AND clock_timestamp() + interval '1 second' THEN
    PERFORM refuse_entry('of another time than its transaction', 'the database clock of the same transaction');
  ELSIF session_user = 'cutter_verify' AND (p_entry ->> 'phase') IS DISTINCT FROM 'write_verify' THEN
    PERFORM refuse_entry('by cutter_verify about something else than write_verify', 'the verifier''s own phase');
  ELSIF session_user = 'cutter_exec' AND p_entry ->> 'phase' = 'write_verify' THEN
    PERFORM refuse_entry('about write_verify by cutter_exec', 'the verifier''s own entry');
  ELSIF v_event = 'opened' AND (p_seq <> 1 OR p_entry - ARRAY['event', 'utc'] <>
        jsonb_build_object('document_id', p_run.document_id, 'actor', p_run.actor, 'host', p_run.host, 'release', p_run.release)) THEN
    PERFORM refuse_entry('that opens the run otherwise than its row', 'the first entry, with the words of the run');
  ELSIF v_event = 'rehearsed' AND is_done(p_run.run_id, 'cut_leg_a') THEN
    PERFORM refuse_entry('of a rehearsal after leg A', 'a rehearsal before anything is written');
  ELSIF v_event = 'review_decision_minted' AND (NOT is_done(p_run.run_id, 'write_verify') OR is_done(p_run.run_id, 'lifecycle_enact')
        OR EXISTS (SELECT FROM journal j WHERE j.run_id = p_run.run_id AND j.entry ->> 'event' = 'review_decision_minted')) THEN
    PERFORM refuse_entry('of a second decision, or at another time than between verdict and enactment', 'one minted decision a run');
  END IF;
END $$;

-- prev_sha, digest, kind, writer and time are checked here: an entry that stands in the table is one the runner can read back.
CREATE FUNCTION cutter_runtime.append_journal(p_run_id text, p_epoch bigint, p_seq bigint, p_prev_sha text, p_entry_sha text, p_entry jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run;
  v_last journal;
BEGIN
  PERFORM extend_lease(p_run_id, p_epoch);
  v_run := open_run_row(p_run_id);
  SELECT * INTO v_last FROM journal j WHERE j.run_id = p_run_id ORDER BY j.seq DESC LIMIT 1;
  IF p_seq IS DISTINCT FROM coalesce(v_last.seq, 0) + 1 OR p_prev_sha IS DISTINCT FROM coalesce(v_last.entry_sha, repeat('0', 64)) THEN
    PERFORM stop('STOP_FENCED', 'journal entry ' || p_seq || ' of ' || p_run_id || ' does not extend the chain', 'entry ' || coalesce(v_last.seq, 0) + 1 || ' after ' || coalesce(v_last.entry_sha, 'nothing'));
  ELSIF p_entry_sha IS DISTINCT FROM
        digest_of(jsonb_build_object('run_id', p_run_id, 'seq', p_seq::text, 'prev_sha', p_prev_sha, 'entry', p_entry)) THEN
    PERFORM refuse_entry('whose digest is not its own', 'sha256 over run, seq, prev_sha and entry');
  END IF;
  PERFORM refuse_strange_entry(v_run, p_seq, p_entry);
  INSERT INTO journal (run_id, seq, prev_sha, entry_sha, entry) VALUES (p_run_id, p_seq, p_prev_sha, p_entry_sha, p_entry);
END $$;

-- An entry about a phase or an end commits with that very phase or end, or not at all.
CREATE FUNCTION cutter_runtime.refuse_untrue_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF NEW.entry ->> 'event' = 'phase' AND NOT EXISTS (
       SELECT FROM phase_done d WHERE d.run_id = NEW.run_id AND d.phase = NEW.entry ->> 'phase' AND d.xid = pg_current_xact_id()
          AND d.input_sha = NEW.entry ->> 'input_sha' AND d.output_sha = NEW.entry ->> 'output_sha') THEN
    PERFORM refuse_entry('about ' || (NEW.entry ->> 'phase') || ', which this transaction did not record', 'the record beside its entry');
  ELSIF NEW.entry ->> 'event' = 'closed' AND NOT EXISTS (
       SELECT FROM run r WHERE r.run_id = NEW.run_id AND r.close_kind = NEW.entry ->> 'kind' AND r.close_reason = NEW.entry ->> 'reason') THEN
    PERFORM refuse_entry('about a closing that this transaction did not do', 'the closing beside its entry');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_is_true AFTER INSERT ON cutter_runtime.journal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.entry ->> 'event' IN ('phase', 'closed'))
  EXECUTE FUNCTION cutter_runtime.refuse_untrue_entry();
ALTER TABLE cutter_runtime.journal ENABLE ALWAYS TRIGGER entry_is_true;

CREATE FUNCTION cutter_runtime.close_run(p_run_id text, p_epoch bigint, p_kind text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_decided boolean;
BEGIN
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.close_kind = p_kind) THEN
    RETURN;
  END IF;
  PERFORM refuse_inside_effect('a run closed');
  PERFORM extend_lease(p_run_id, p_epoch);
  PERFORM open_run_row(p_run_id);
  PERFORM refuse_torn(p_run_id, CASE p_kind WHEN 'voided' THEN 'void' END);
  v_decided := EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.state = 'torn');
  IF p_kind IS DISTINCT FROM 'closeout' AND coalesce(btrim(p_reason), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no reason given', 'a reason in words');
  ELSIF p_kind = 'voided' AND is_done(p_run_id, 'cut_leg_a') AND NOT is_done(p_run_id, 'revert') AND NOT v_decided THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'leg A of ' || p_run_id || ' is committed', 'a run that has written nothing; revert this one');
  ELSIF p_kind = 'closeout' AND NOT is_done(p_run_id, 'closeout') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'closeout of ' || p_run_id || ' is not recorded', 'phase closeout recorded first');
  ELSIF p_kind = 'reverted' AND NOT is_done(p_run_id, 'revert') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'revert of ' || p_run_id || ' is not recorded', 'phase revert recorded first');
  ELSIF p_kind IS NULL OR p_kind NOT IN ('closeout', 'voided', 'reverted') THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'close kind ' || coalesce(p_kind, 'missing'), 'closeout, voided or reverted');
  END IF;
  UPDATE run SET closed = clock_timestamp(), close_kind = p_kind, close_reason = p_reason, last_stop = NULL,
                 state = CASE p_kind WHEN 'closeout' THEN 'closeout_reported' ELSE p_kind END
   WHERE run_id = p_run_id;
  UPDATE lease SET expires_at = clock_timestamp() WHERE run_id = p_run_id AND epoch = p_epoch;
END $$;

-- The one process that extends the host's list of closed runs holds this row to the end of its transaction.
CREATE FUNCTION cutter_runtime.lock_runs_index(p_run_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM insist_key(p_run_id);
  PERFORM FROM row_lock k WHERE k.name = 'runs_index' FOR UPDATE;
END $$;
