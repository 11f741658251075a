-- 3. Runs, leases, phases that write nothing, receipts and the journal. Lock order everywhere: lease, then run.
-- The order of phases; NULL for the first. revert stands beside the line and has no place in it.
CREATE FUNCTION cutter_runtime.phase_before(p_phase text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT p.line[array_position(p.line, p_phase) - 1]
    FROM (SELECT ARRAY['source_pin', 'mark', 'cutplan', 'pre_write_backup', 'grant_probe', 'cut_leg_a', 'structural_verify',
                       'leg_b_record', 'write_verify', 'lifecycle_enact', 'closeout']) AS p(line)
$$;

CREATE FUNCTION cutter_runtime.state_after(p_phase text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT CASE p_phase
    WHEN 'source_pin' THEN 'source_pinned' WHEN 'mark' THEN 'marked' WHEN 'cutplan' THEN 'cutplan_ok'
    WHEN 'pre_write_backup' THEN 'pre_write_backup_taken' WHEN 'grant_probe' THEN 'grants_probed'
    WHEN 'cut_leg_a' THEN 'cut_leg_a_committed' WHEN 'structural_verify' THEN 'structural_verified'
    WHEN 'leg_b_record' THEN 'leg_b_recorded' WHEN 'write_verify' THEN 'write_verified'
    WHEN 'lifecycle_enact' THEN 'lifecycle_enacted' WHEN 'closeout' THEN 'closeout_reported' WHEN 'revert' THEN 'reverted' END
$$;

CREATE FUNCTION cutter_runtime.is_done(p_run_id text, p_phase text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT EXISTS (SELECT FROM phase_done d WHERE d.run_id = p_run_id AND d.phase = p_phase)
$$;

CREATE FUNCTION cutter_runtime.refuse_halted(p_run_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_halts text;
BEGIN
  SELECT string_agg(h.halt_id::text, ', ' ORDER BY h.halt_id) INTO v_halts
    FROM halt h
   WHERE h.kind = 'halt' AND (h.run_id IS NULL OR h.run_id = p_run_id)
     AND NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts));
  IF v_halts IS NOT NULL THEN
    PERFORM stop('STOP_HALTED', 'halt ' || v_halts || ' in force', 'no halt for ' || coalesce(p_run_id, 'every run'));
  END IF;
END $$;

-- The open run, or a stop: records of a closed run are finished.
CREATE FUNCTION cutter_runtime.open_run_row(p_run_id text) RETURNS cutter_runtime.run
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run;
BEGIN
  SELECT * INTO v_run FROM run r WHERE r.run_id = p_run_id;
  IF NOT FOUND THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no run ' || coalesce(p_run_id, 'without id'), 'the id of a run of this database');
  ELSIF v_run.closed IS NOT NULL THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'run ' || p_run_id || ' is closed (' || v_run.close_kind || ')', 'an open run');
  END IF;
  RETURN v_run;
END $$;

-- Claim and fence in one statement: whoever holds an old epoch changes no row and stops.
CREATE FUNCTION cutter_runtime.extend_lease(p_run_id text, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  UPDATE lease SET expires_at = clock_timestamp() + interval '10 minutes' WHERE run_id = p_run_id AND epoch = p_epoch;
  IF NOT FOUND THEN
    PERFORM stop('STOP_FENCED', 'lease epoch ' || p_epoch || ' of ' || p_run_id || ' is not the current one', 'the epoch of the last take-over');
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.open_run(p_run_id text, p_document_id text, p_host text, p_actor text, p_release text, p_holder text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_other text;
  v_lease lease;
  v_epoch bigint;
BEGIN
  PERFORM refuse_halted(p_run_id);
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id) THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'run ' || p_run_id || ' exists', 'a new run id');
  END IF;
  -- Serialises openings of one document; without it two first openings meet only at the unique index.
  PERFORM pg_advisory_xact_lock(hashtextextended('cutter_runtime.open_run ' || p_document_id, 0));
  SELECT * INTO v_lease FROM lease l WHERE l.document_id = p_document_id FOR UPDATE;
  SELECT r.run_id INTO v_other FROM run r WHERE r.document_id = p_document_id AND r.closed IS NULL;
  IF v_other IS NOT NULL THEN
    PERFORM stop('STOP_RUN_OPEN', 'run ' || v_other || ' of ' || p_document_id || ' is open', 'no open run of this document');
  ELSIF v_lease.expires_at > clock_timestamp() THEN
    PERFORM stop('STOP_LEASE_HELD', 'the lease of ' || p_document_id || ' is held by ' || v_lease.run_id, 'a lease that is free');
  END IF;
  INSERT INTO run (run_id, document_id, host, actor, release) VALUES (p_run_id, p_document_id, p_host, p_actor, p_release);
  INSERT INTO lease AS l (document_id, epoch, run_id, holder, expires_at)
       VALUES (p_document_id, 1, p_run_id, p_holder, clock_timestamp() + interval '10 minutes')
  ON CONFLICT (document_id) DO UPDATE
          SET epoch = l.epoch + 1, run_id = excluded.run_id, holder = excluded.holder, expires_at = excluded.expires_at,
              effect_phase = NULL, effect_xid = NULL, effect_input_sha = NULL
    RETURNING l.epoch INTO v_epoch;
  RETURN v_epoch;
END $$;

-- p_gone_holder names the holder the caller knows to be gone: a "gone" without a name would also take the lease from whoever took it a moment ago.
CREATE FUNCTION cutter_runtime.take_lease(p_run_id text, p_holder text, p_gone_holder text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run := open_run_row(p_run_id);
  v_lease lease;
BEGIN
  -- Waits for an effect in flight: its transaction holds this row, so afterwards phase_done is the truth.
  SELECT * INTO v_lease FROM lease l WHERE l.document_id = v_run.document_id FOR UPDATE;
  PERFORM open_run_row(p_run_id);
  IF v_lease.expires_at > clock_timestamp() AND v_lease.holder IS DISTINCT FROM p_holder
     AND v_lease.holder IS DISTINCT FROM p_gone_holder THEN
    PERFORM stop('STOP_LEASE_HELD', 'the lease of ' || v_run.document_id || ' is held until ' || to_char(v_lease.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                 'an expired or released lease, or a holder that is gone');
  END IF;
  UPDATE lease SET epoch = epoch + 1, run_id = p_run_id, holder = p_holder, expires_at = clock_timestamp() + interval '10 minutes',
                   effect_phase = NULL, effect_xid = NULL, effect_input_sha = NULL
   WHERE document_id = v_run.document_id RETURNING * INTO v_lease;
  RETURN v_lease.epoch;
END $$;

-- What people decided about a torn run: the newest SG_3 that is in force and was signed over exactly what is recorded now.
CREATE FUNCTION cutter_runtime.escalation(p_run_id text) RETURNS cutter_runtime.admission
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT a.* FROM admission a
   WHERE a.run_id = p_run_id AND a.gate = 'SG_3_failure_escalation' AND a.use_by > clock_timestamp()
     AND NOT EXISTS (SELECT FROM revocation v WHERE (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint))
     AND (SELECT coalesce(jsonb_object_agg(d.phase, d.output_sha), '{}') FROM phase_done d WHERE d.run_id = p_run_id)
       = (SELECT coalesce(jsonb_object_agg(c ->> 'phase', c ->> 'output_sha'), '{}') FROM jsonb_array_elements(a.payload -> 'committed') c)
   ORDER BY a.admitted_at DESC LIMIT 1
$$;

-- A torn run moves by decision only, and only as decided; NULL: by no decision at all.
CREATE FUNCTION cutter_runtime.refuse_torn(p_run_id text, p_decision text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_decided text := (escalation(p_run_id)).payload ->> 'decision';
BEGIN
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.state = 'torn') AND (p_decision IS NULL OR v_decided IS DISTINCT FROM p_decision) THEN
    PERFORM stop('STOP_SG_3_REQUIRED', 'run ' || p_run_id || ' is torn and ' || coalesce('the decision is to ' || v_decided, 'nobody has decided'),
                 coalesce('an admitted decision to ' || p_decision, 'no torn run: no decision lets one go on'));
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.release_lease(p_run_id text, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM extend_lease(p_run_id, p_epoch);
  UPDATE lease SET expires_at = clock_timestamp() WHERE run_id = p_run_id AND epoch = p_epoch;
END $$;

-- Notes a pause, a stop or doubt. Forward states come with their phase's record and cannot be claimed here.
CREATE FUNCTION cutter_runtime.set_state(p_run_id text, p_epoch bigint, p_state text, p_last_stop text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run;
  v_reached text;
BEGIN
  PERFORM extend_lease(p_run_id, p_epoch);
  v_run := open_run_row(p_run_id);
  IF p_state <> 'torn' THEN
    PERFORM refuse_torn(p_run_id, NULL);
  END IF;
  SELECT state_after(d.phase) INTO v_reached FROM phase_done d WHERE d.run_id = p_run_id ORDER BY d.at DESC LIMIT 1;
  v_reached := coalesce(v_reached, 'pending');
  IF NOT (p_state IN ('ambiguous', 'torn', v_run.state, v_reached)
          OR (p_state = 'awaiting_cut_authorization' AND v_reached = 'grants_probed')
          OR (p_state = 'awaiting_lifecycle_authorization' AND v_reached = 'write_verified')) THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'state ' || p_state || ' after ' || v_reached, 'a state the recorded phases allow');
  END IF;
  UPDATE run SET state = p_state, last_stop = p_last_stop WHERE run_id = p_run_id;
END $$;

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

-- The last words of a run may be journalled after its closing; they no longer hold the document's lease.
CREATE FUNCTION cutter_runtime.append_journal(p_run_id text, p_epoch bigint, p_seq bigint, p_prev_sha text, p_entry_sha text, p_entry jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_expires timestamptz := (SELECT l.expires_at FROM lease l WHERE l.run_id = p_run_id);
  v_last journal;
BEGIN
  PERFORM extend_lease(p_run_id, p_epoch);
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.closed IS NOT NULL) THEN
    UPDATE lease SET expires_at = v_expires WHERE run_id = p_run_id AND epoch = p_epoch;
  END IF;
  SELECT * INTO v_last FROM journal j WHERE j.run_id = p_run_id ORDER BY j.seq DESC LIMIT 1;
  IF p_seq <> coalesce(v_last.seq, 0) + 1 OR p_prev_sha <> coalesce(v_last.entry_sha, repeat('0', 64)) THEN
    PERFORM stop('STOP_FENCED', 'journal entry ' || p_seq || ' of ' || p_run_id || ' does not extend the chain', 'entry ' || coalesce(v_last.seq, 0) + 1 || ' after ' || coalesce(v_last.entry_sha, 'nothing'));
  END IF;
  INSERT INTO journal (run_id, seq, prev_sha, entry_sha, entry) VALUES (p_run_id, p_seq, p_prev_sha, p_entry_sha, p_entry);
END $$;

CREATE FUNCTION cutter_runtime.close_run(p_run_id text, p_epoch bigint, p_kind text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_decided boolean;
BEGIN
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.close_kind = p_kind) THEN
    RETURN;
  END IF;
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
