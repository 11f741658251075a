-- 5. begin_effect and end_effect: the only way to a transaction that may write the target tables.
-- An older snapshot would not see a halt committed meanwhile, so the isolation level is part of the claim.
CREATE FUNCTION cutter_runtime.refuse_wrong_session(p_phase text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_wanted name := CASE p_phase WHEN 'write_verify' THEN 'cutter_verify' ELSE 'cutter_exec' END;
BEGIN
  IF p_phase IS NULL OR p_phase NOT IN ('cut_leg_a', 'leg_b_record', 'write_verify', 'lifecycle_enact', 'revert') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'effect ' || coalesce(p_phase, 'without a phase'), 'cut_leg_a, leg_b_record, write_verify, lifecycle_enact or revert');
  ELSIF session_user <> v_wanted THEN
    PERFORM stop('STOP_INVARIANT_FAILED', p_phase || ' by ' || session_user, p_phase || ' by ' || v_wanted);
  ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'transaction isolation ' || current_setting('transaction_isolation'), 'read committed');
  END IF;
  PERFORM refuse_inside_effect('a second effect');
END $$;

-- Forward only: nothing takes a revocation back, so a revoked run that may not be reverted would hold its document for ever.
CREATE FUNCTION cutter_runtime.refuse_revoked_run(p_run_id text, p_doing text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF p_doing IS DISTINCT FROM 'revert' AND p_doing IS DISTINCT FROM 'SG_3_failure_escalation' AND EXISTS (SELECT FROM revocation v WHERE v.kind = 'run' AND v.value = p_run_id) THEN
    PERFORM stop('STOP_APPROVAL_REVOKED', 'run ' || p_run_id || ' is revoked', 'a run nobody revoked');
  END IF;
END $$;

-- A recorded time in the future means a clock set back or a restored database: times then prove nothing.
CREATE FUNCTION cutter_runtime.trusted_now() RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_newest timestamptz := greatest((SELECT max(a.admitted_at) FROM admission a), (SELECT max(d.at) FROM phase_done d),
                                   (SELECT max(j.at) FROM journal j));
  v_now timestamptz := clock_timestamp();
BEGIN
  IF v_newest > v_now THEN
    PERFORM stop('STOP_DRIFT', 'the database clock stands before the newest record', 'a clock that has not gone back');
  END IF;
  RETURN v_now;
END $$;

-- Every admission of a run for a gate, and why it cannot be used for this phase now (NULL: it can).
CREATE FUNCTION cutter_runtime.admissions_for(p_run_id text, p_gate text, p_phase text, p_now timestamptz, p_cap interval)
RETURNS TABLE (nonce text, payload_sha text, person text, payload jsonb, admitted_at timestamptz, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT a.nonce, a.payload_sha, a.person, a.payload, a.admitted_at,
         CASE WHEN EXISTS (SELECT FROM revocation v WHERE (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint))
                THEN 'STOP_APPROVAL_REVOKED'
              WHEN EXISTS (SELECT FROM admission_use u WHERE u.nonce = a.nonce AND (u.run_id, u.phase) <> (p_run_id, p_phase))
                THEN 'STOP_APPROVAL_CONSUMED'
              WHEN a.valid_from > p_now + interval '120 seconds' THEN 'STOP_APPROVAL_INVALID'
              WHEN p_now + p_cap >= a.use_by THEN 'STOP_APPROVAL_EXPIRED' END
    FROM admission a
   WHERE a.run_id = p_run_id AND a.gate = p_gate
$$;

-- Stops with the reason why no admission of the gate serves; returns when one does.
CREATE FUNCTION cutter_runtime.insist_on_admission(p_run_id text, p_gate text, p_payload_sha text, p_phase text, p_now timestamptz, p_cap interval)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_count bigint;
  v_fault text;
BEGIN
  SELECT count(*) INTO v_count FROM admissions_for(p_run_id, p_gate, p_phase, p_now, p_cap);
  IF v_count = 0 THEN
    PERFORM stop(CASE p_gate WHEN 'EXECUTION' THEN 'STOP_EXECUTION_NOT_AUTHORIZED' ELSE 'STOP_APPROVAL_REQUIRED' END,
                 'no admitted ' || p_gate || ' for ' || p_run_id, 'a signed and admitted ' || p_gate);
  END IF;
  SELECT f.fault INTO v_fault FROM admissions_for(p_run_id, p_gate, p_phase, p_now, p_cap) f
   WHERE f.payload_sha = p_payload_sha ORDER BY f.fault NULLS FIRST, f.admitted_at DESC LIMIT 1;
  IF NOT FOUND THEN
    PERFORM stop('STOP_APPROVAL_INVALID', p_gate || ' of ' || p_run_id || ' was signed over another payload', 'payload ' || coalesce(p_payload_sha, 'named by the caller'));
  ELSIF v_fault IS NOT NULL THEN
    PERFORM stop(v_fault, 'no ' || p_gate || ' of ' || p_run_id || ' can be used for ' || p_phase || ' now', 'an unused, unrevoked ' || p_gate || ' with the phase cap left before its use_by');
  END IF;
END $$;

-- SG_1 and EXECUTION are chosen together: two persons, and EXECUTION must name this SG_1.
CREATE FUNCTION cutter_runtime.choose_for_leg_a(p_run_id text, p_payload_shas jsonb, p_now timestamptz, p_cap interval) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_nonces text[];
BEGIN
  SELECT ARRAY[s.nonce, e.nonce] INTO v_nonces
    FROM admissions_for(p_run_id, 'SG_1_cut_authz', 'cut_leg_a', p_now, p_cap) s
    JOIN admissions_for(p_run_id, 'EXECUTION', 'cut_leg_a', p_now, p_cap) e
      ON e.person <> s.person AND e.payload ->> 'sg1_payload_sha' = s.payload_sha
   WHERE s.fault IS NULL AND e.fault IS NULL
     AND s.payload_sha = p_payload_shas ->> 'SG_1_cut_authz' AND e.payload_sha = p_payload_shas ->> 'EXECUTION'
   ORDER BY s.admitted_at DESC, e.admitted_at DESC LIMIT 1;
  IF v_nonces IS NULL THEN
    PERFORM insist_on_admission(p_run_id, g, p_payload_shas ->> g, 'cut_leg_a', p_now, p_cap) FROM unnest(ARRAY['SG_1_cut_authz', 'EXECUTION']) AS g;
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_1 and EXECUTION of ' || p_run_id || ' do not belong together', 'two persons, and an EXECUTION that names this SG_1');
  END IF;
  RETURN v_nonces;
END $$;

-- SG_2 stands on the SG_1 that leg A used: another person, the same payload.
CREATE FUNCTION cutter_runtime.choose_for_enact(p_run_id text, p_payload_shas jsonb, p_now timestamptz, p_cap interval) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_nonces text[];
BEGIN
  SELECT ARRAY[z.nonce] INTO v_nonces
    FROM admissions_for(p_run_id, 'SG_2_lifecycle_authz', 'lifecycle_enact', p_now, p_cap) z
    JOIN admission s ON s.run_id = p_run_id AND s.gate = 'SG_1_cut_authz' AND s.person <> z.person AND z.payload ->> 'sg1_payload_sha' = s.payload_sha
    JOIN admission_use u ON u.nonce = s.nonce AND u.phase = 'cut_leg_a'
   WHERE z.fault IS NULL AND z.payload_sha = p_payload_shas ->> 'SG_2_lifecycle_authz'
   ORDER BY z.admitted_at DESC LIMIT 1;
  IF v_nonces IS NULL THEN
    PERFORM insist_on_admission(p_run_id, 'SG_2_lifecycle_authz', p_payload_shas ->> 'SG_2_lifecycle_authz', 'lifecycle_enact', p_now, p_cap);
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_2 of ' || p_run_id || ' does not belong to the SG_1 that was used', 'another person than SG_1''s, and an SG_2 that names that SG_1');
  END IF;
  RETURN v_nonces;
END $$;

-- The audit-debt rule: leg B and verify within 24 hours of leg A, or within a renewed signature over the same SG_1 payload.
CREATE FUNCTION cutter_runtime.finish_by(p_run_id text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT greatest((SELECT d.at + interval '24 hours' FROM phase_done d WHERE d.run_id = p_run_id AND d.phase = 'cut_leg_a'),
                  (SELECT max(a.use_by)
                     FROM admission_use u
                     JOIN admission used ON used.nonce = u.nonce AND used.gate = 'SG_1_cut_authz'
                     JOIN admission a ON a.run_id = used.run_id AND a.gate = used.gate AND a.payload_sha = used.payload_sha
                    WHERE u.run_id = p_run_id AND u.phase = 'cut_leg_a'
                      AND NOT EXISTS (SELECT FROM revocation v WHERE (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint))))
$$;

CREATE FUNCTION cutter_runtime.refuse_after_finish_by(p_run_id text, p_phase text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF p_phase IN ('leg_b_record', 'write_verify') AND clock_timestamp() >= finish_by(p_run_id) THEN
    PERFORM stop('STOP_APPROVAL_EXPIRED', p_phase || ' of ' || p_run_id || ' is past its time', 'a renewed SG_1 over the same payload, or a revert');
  END IF;
END $$;

-- The order a revert carries out: the newest of the last day, given as cutter_halt. No order, no revert.
CREATE FUNCTION cutter_runtime.order_in_force(p_run_id text) RETURNS cutter_runtime.revert_order
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT o.* FROM revert_order o WHERE o.run_id = p_run_id AND o.at > clock_timestamp() - interval '24 hours' ORDER BY o.order_id DESC LIMIT 1
$$;

CREATE FUNCTION cutter_runtime.refuse_unordered_revert(p_run_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  IF (order_in_force(p_run_id)).order_id IS NULL THEN
    PERFORM stop('STOP_EXECUTION_NOT_AUTHORIZED', 'nobody ordered to revert ' || p_run_id || ' within a day', 'an order recorded as cutter_halt: cutter orchestrate revert');
  END IF;
END $$;

-- Until when this effect may commit: the earliest use_by of what it used, or finish_by. NULL: it has no end.
CREATE FUNCTION cutter_runtime.commit_by(p_run_id text, p_phase text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT least((SELECT min(a.use_by) FROM admission_use u JOIN admission a ON a.nonce = u.nonce WHERE u.run_id = p_run_id AND u.phase = p_phase),
               CASE WHEN p_phase IN ('leg_b_record', 'write_verify') THEN finish_by(p_run_id) END)
$$;

-- payload_shas: {gate: sha256 of the payload the caller derived from live state}. Returns {now, xid, pid, nonces, finish_by, commit_by}.
-- The lease row is the lock between a writer and whoever halts or revokes: only functions of the owner can hold it.
CREATE FUNCTION cutter_runtime.begin_effect(p_run_id text, p_phase text, p_epoch bigint, p_input_sha text, p_payload_shas jsonb, p_cap_seconds int)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_now timestamptz;
  v_cap interval := make_interval(secs => p_cap_seconds);
  v_nonces text[] := '{}';
BEGIN
  PERFORM refuse_wrong_session(p_phase);
  PERFORM extend_lease(p_run_id, p_epoch);
  PERFORM refuse_halted(p_run_id);
  PERFORM refuse_revoked_run(p_run_id, p_phase);
  PERFORM open_run_row(p_run_id);
  IF is_done(p_run_id, p_phase) THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', p_phase || ' of ' || p_run_id || ' is recorded', 'a phase that is not done');
  ELSIF p_cap_seconds IS NULL OR p_cap_seconds NOT BETWEEN 1 AND 3600 THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'phase cap ' || coalesce(p_cap_seconds::text, 'missing'), '1 to 3600 seconds');
  END IF;
  PERFORM refuse_out_of_order(p_run_id, p_phase);
  PERFORM refuse_torn(p_run_id, CASE p_phase WHEN 'revert' THEN 'compensate' END);
  v_now := trusted_now();
  PERFORM refuse_after_finish_by(p_run_id, p_phase);
  IF p_phase = 'cut_leg_a' THEN
    v_nonces := choose_for_leg_a(p_run_id, p_payload_shas, v_now, v_cap);
  ELSIF p_phase = 'lifecycle_enact' THEN
    v_nonces := choose_for_enact(p_run_id, p_payload_shas, v_now, v_cap);
  ELSIF p_phase = 'revert' THEN
    PERFORM refuse_unordered_revert(p_run_id);
  END IF;
  UPDATE lease SET effect_phase = p_phase, effect_xid = pg_current_xact_id(), effect_input_sha = p_input_sha
   WHERE run_id = p_run_id AND epoch = p_epoch;
  INSERT INTO admission_use (nonce, run_id, phase) SELECT n, p_run_id, p_phase FROM unnest(v_nonces) AS n;
  RETURN jsonb_build_object('now', v_now, 'xid', pg_current_xact_id()::text, 'pid', pg_backend_pid(), 'nonces', to_jsonb(v_nonces),
    'finish_by', CASE WHEN p_phase IN ('leg_b_record', 'write_verify') THEN finish_by(p_run_id) END, 'commit_by', commit_by(p_run_id, p_phase));
END $$;

-- Everything that may have changed since the effect began: halts, revocations, times.
CREATE FUNCTION cutter_runtime.refuse_overtaken(p_run_id text, p_phase text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM refuse_halted(p_run_id);
  PERFORM refuse_revoked_run(p_run_id, p_phase);
  IF EXISTS (SELECT FROM admission_use u JOIN admission a ON a.nonce = u.nonce
               JOIN revocation v ON (v.kind = 'nonce' AND v.value = a.nonce) OR (v.kind = 'key' AND v.value = a.fingerprint)
              WHERE u.run_id = p_run_id AND u.phase = p_phase) THEN
    PERFORM stop('STOP_APPROVAL_REVOKED', 'an approval of ' || p_phase || ' was revoked while it ran', 'approvals nobody revoked');
  ELSIF EXISTS (SELECT FROM admission_use u JOIN admission a ON a.nonce = u.nonce
                 WHERE u.run_id = p_run_id AND u.phase = p_phase AND a.use_by <= clock_timestamp()) THEN
    PERFORM stop('STOP_APPROVAL_EXPIRED', 'an approval of ' || p_phase || ' passed its use_by while it ran', 'an end before use_by');
  END IF;
  PERFORM refuse_after_finish_by(p_run_id, p_phase);
END $$;

-- What stands still after its end may not commit past its time: the server itself ends such a session.
CREATE FUNCTION cutter_runtime.limit_transaction(p_commit_by timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_left bigint := greatest(1, least(2000000000, floor(extract(epoch FROM p_commit_by - clock_timestamp()) * 1000)));
BEGIN
  IF p_commit_by IS NULL THEN
    RETURN;
  END IF;
  -- A minute of standing still is the limit of every session of the runner.
  PERFORM set_config('idle_in_transaction_session_timeout', least(v_left, 60000) || 'ms', true), set_config('statement_timeout', v_left || 'ms', true);
  -- Servers from 17 on bound the whole transaction, whatever it does.
  IF current_setting('server_version_num')::int >= 170000 THEN
    PERFORM set_config('transaction_timeout', v_left || 'ms', true);
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.end_effect(p_run_id text, p_phase text, p_epoch bigint, p_output_sha text, p_output jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_lease lease;
BEGIN
  SELECT * INTO v_lease FROM lease l
   WHERE l.run_id = p_run_id AND l.epoch = p_epoch AND l.effect_phase = p_phase AND l.effect_xid = pg_current_xact_id();
  IF NOT FOUND THEN
    PERFORM stop('STOP_FENCED', 'no effect ' || p_phase || ' of ' || p_run_id || ' began in this transaction', 'begin_effect in the same transaction');
  END IF;
  PERFORM refuse_overtaken(p_run_id, p_phase);
  INSERT INTO phase_done (run_id, phase, epoch, input_sha, output_sha, output)
       VALUES (p_run_id, p_phase, p_epoch, v_lease.effect_input_sha, p_output_sha, p_output);
  UPDATE run SET state = state_after(p_phase), last_stop = NULL WHERE run_id = p_run_id;
  PERFORM limit_transaction(commit_by(p_run_id, p_phase));
END $$;

-- The last statement before COMMIT: what overtook the effect since its end undoes it, and the time that is left is set once more.
CREATE FUNCTION cutter_runtime.last_look(p_run_id text, p_phase text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM refuse_overtaken(p_run_id, p_phase);
  PERFORM limit_transaction(commit_by(p_run_id, p_phase));
END $$;
