-- 3. Runs and leases: who may move a run at all. Lock order everywhere: lease, then run.
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

-- A run belongs to the process that opened it on its host and left the key there: whoever has only a role's password moves none.
-- A run that people revoked can be closed without it, or a lost host would hold its document for ever.
CREATE FUNCTION cutter_runtime.insist_key(p_run_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_key text := coalesce(current_setting('cutter.run_key', true), '');
BEGIN
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.key_sha <> encode(sha256(convert_to(v_key, 'UTF8')), 'hex'))
     AND NOT EXISTS (SELECT FROM revocation v WHERE v.kind = 'run' AND v.value = p_run_id) THEN
    PERFORM stop('STOP_FENCED', 'a session of ' || session_user || ' without the key of ' || p_run_id,
                 'a process of the host that opened this run');
  END IF;
END $$;

-- Whatever moves a lease or a run would undo the claim of an effect, or hide its record.
CREATE FUNCTION cutter_runtime.refuse_inside_effect(p_doing text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM lease l WHERE l.effect_xid = pg_current_xact_id_if_assigned()) THEN
    PERFORM stop('STOP_INVARIANT_FAILED', p_doing || ' inside an effect', 'one effect a transaction, and nothing beside it');
  END IF;
END $$;

-- Claim and fence in one statement: whoever holds an old epoch changes no row and stops.
CREATE FUNCTION cutter_runtime.extend_lease(p_run_id text, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM insist_key(p_run_id);
  UPDATE lease SET expires_at = clock_timestamp() + interval '10 minutes' WHERE run_id = p_run_id AND epoch = p_epoch;
  IF NOT FOUND THEN
    PERFORM stop('STOP_FENCED', 'lease epoch ' || p_epoch || ' of ' || p_run_id || ' is not the current one', 'the epoch of the last take-over');
  END IF;
END $$;

-- Whoever opens a run with a key set in the session (cutter.run_key) is the only one to move it.
CREATE FUNCTION cutter_runtime.open_run(p_run_id text, p_document_id text, p_host text, p_actor text, p_release text, p_holder text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_other text;
  v_lease lease;
  v_epoch bigint;
  v_key text := nullif(current_setting('cutter.run_key', true), '');
BEGIN
  PERFORM refuse_inside_effect('a run opened');
  PERFORM refuse_halted(p_run_id);
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id) THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'run ' || p_run_id || ' exists', 'a new run id');
  END IF;
  SELECT * INTO v_lease FROM lease l WHERE l.document_id = p_document_id FOR UPDATE;
  SELECT r.run_id INTO v_other FROM run r WHERE r.document_id = p_document_id AND r.closed IS NULL;
  IF v_other IS NULL AND v_lease.expires_at > clock_timestamp() THEN
    PERFORM stop('STOP_LEASE_HELD', 'the lease of ' || p_document_id || ' is held by ' || v_lease.run_id, 'a lease that is free');
  ELSIF v_other IS NULL THEN
    -- Two first openings meet at the unique index: the second waits for the first, and then finds its run.
    INSERT INTO run (run_id, document_id, host, actor, release, key_sha)
         VALUES (p_run_id, p_document_id, p_host, p_actor, p_release, encode(sha256(convert_to(v_key, 'UTF8')), 'hex')) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT r.run_id INTO v_other FROM run r WHERE r.document_id = p_document_id AND r.closed IS NULL;
      v_other := coalesce(v_other, p_run_id);
    END IF;
  END IF;
  IF v_other IS NOT NULL THEN
    PERFORM stop('STOP_RUN_OPEN', 'run ' || v_other || ' of ' || p_document_id || ' is open', 'no open run of this document');
  END IF;
  INSERT INTO lease AS l (document_id, epoch, run_id, holder, expires_at)
       VALUES (p_document_id, 1, p_run_id, p_holder, clock_timestamp() + interval '10 minutes')
  ON CONFLICT (document_id) DO UPDATE
          SET epoch = l.epoch + 1, run_id = excluded.run_id, holder = excluded.holder, expires_at = excluded.expires_at,
              effect_phase = NULL, effect_xid = NULL, effect_input_sha = NULL
    RETURNING l.epoch INTO v_epoch;
  RETURN v_epoch;
END $$;

-- A process says that it lives, every two seconds.
CREATE FUNCTION cutter_runtime.host_beat(p_process text, p_doing text, p_release text, p_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  DELETE FROM host_beat b WHERE b.at < clock_timestamp() - interval '1 day';
  INSERT INTO host_beat AS b (process, doing, release, key_sha)
       VALUES (p_process, p_doing, p_release, encode(sha256(convert_to(p_key, 'UTF8')), 'hex'))
  ON CONFLICT (process) DO UPDATE SET at = clock_timestamp(), doing = excluded.doing WHERE b.key_sha = excluded.key_sha;
  IF NOT FOUND THEN
    PERFORM stop('STOP_FENCED', 'a beat in the name of ' || p_process || ' with another key', 'the key that this process made for itself');
  END IF;
END $$;

-- Not heard of for ten seconds in which the server was up. A process that never beat is not known to be silent: its lease ends by itself.
CREATE FUNCTION cutter_runtime.is_silent(p_process text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT EXISTS (SELECT FROM host_beat b
                  WHERE b.process = p_process AND greatest(b.at, pg_postmaster_start_time()) < clock_timestamp() - interval '10 seconds')
$$;

-- p_gone_holder names the holder the caller knows to be gone: a "gone" without a name would also take the lease from whoever took it a moment ago.
-- A holder that is silent is gone for everybody. Its transaction may stand open on a machine that no longer answers, and is ended first.
CREATE FUNCTION cutter_runtime.take_lease(p_run_id text, p_holder text, p_gone_holder text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run := open_run_row(p_run_id);
  v_lease lease;
BEGIN
  PERFORM refuse_inside_effect('a lease taken');
  PERFORM insist_key(p_run_id);
  IF EXISTS (SELECT FROM lease l WHERE l.document_id = v_run.document_id AND l.holder IS DISTINCT FROM p_holder AND is_silent(l.holder)) THEN
    PERFORM end_writers(ARRAY[p_run_id]);
  END IF;
  -- Waits for an effect in flight: its transaction holds this row, so afterwards phase_done is the truth.
  SELECT * INTO v_lease FROM lease l WHERE l.document_id = v_run.document_id FOR UPDATE;
  PERFORM open_run_row(p_run_id);
  IF v_lease.expires_at > clock_timestamp() AND v_lease.holder IS DISTINCT FROM p_holder
     AND v_lease.holder IS DISTINCT FROM p_gone_holder AND NOT is_silent(v_lease.holder) THEN
    PERFORM stop('STOP_LEASE_HELD', 'the lease of ' || v_run.document_id || ' is held until ' || to_char(v_lease.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                 'an expired or released lease, or a holder that is gone or was not heard of for ten seconds');
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
  v_decided text;
BEGIN
  IF NOT EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.state = 'torn') THEN
    RETURN;
  END IF;
  v_decided := (escalation(p_run_id)).payload ->> 'decision';
  IF p_decision IS NULL OR v_decided IS DISTINCT FROM p_decision THEN
    PERFORM stop('STOP_SG_3_REQUIRED', 'run ' || p_run_id || ' is torn and ' || coalesce('the decision is to ' || v_decided, 'nobody has decided'),
                 coalesce('an admitted decision to ' || p_decision, 'no torn run: no decision lets one go on'));
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.release_lease(p_run_id text, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM refuse_inside_effect('a lease released');
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
  PERFORM refuse_inside_effect('a state noted');
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
