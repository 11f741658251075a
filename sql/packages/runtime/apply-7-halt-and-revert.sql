-- 7. What stops and undoes: revocations, halts and orders, by their own roles, and how a writer in flight is ended.
-- The backend that holds the lease row of a document in an open transaction, ended. Its number is found by what it locked (the row's
-- xmax, and who holds that transaction), because what it wrote about itself cannot be seen before COMMIT. Owned by cutter_signal.
CREATE FUNCTION cutter_runtime.end_session_of(p_document_id text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT bool_or(pg_terminate_backend(k.pid))
    FROM lease l
    JOIN pg_locks k ON k.locktype = 'transactionid' AND k.granted AND k.transactionid = l.xmax AND k.pid <> pg_backend_pid()
    JOIN pg_stat_activity a ON a.pid = k.pid AND a.usename IN ('cutter_exec', 'cutter_verify')
   WHERE l.document_id = p_document_id
$$;

-- Ends the writer of each run and keeps its lease row locked until COMMIT: when that is answered, no writer is in flight and none has
-- begun meanwhile. A session that does not end within ten seconds is left to acknowledge_halt: a halt must be recorded in any case.
CREATE FUNCTION cutter_runtime.end_writers(p_run_ids text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_document_id text;
  -- A small transaction of the bookkeeping is about to end by itself; what commits now has committed before the halt.
  v_patience timestamptz := clock_timestamp() + interval '300 milliseconds';
  v_until timestamptz := clock_timestamp() + interval '10 seconds';
BEGIN
  FOR v_document_id IN
    SELECT l.document_id FROM lease l WHERE p_run_ids IS NULL OR l.run_id = ANY (p_run_ids) ORDER BY l.document_id LOOP
    LOOP
      PERFORM FROM lease l WHERE l.document_id = v_document_id FOR UPDATE SKIP LOCKED;
      EXIT WHEN FOUND OR clock_timestamp() > v_until;
      IF clock_timestamp() > v_patience THEN
        PERFORM end_session_of(v_document_id);
      END IF;
      PERFORM pg_sleep(0.02);
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION cutter_runtime.revoke(p_kind text, p_value text, p_person text, p_fingerprint text, p_statement bytea, p_signature bytea)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  IF p_kind IS NULL OR p_kind NOT IN ('nonce', 'run', 'key') OR coalesce(p_value, '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'revocation of ' || coalesce(p_kind, 'nothing'), 'nonce, run or key with its value');
  END IF;
  INSERT INTO revocation (kind, value, person, fingerprint, statement, signature)
       VALUES (p_kind, p_value, p_person, p_fingerprint, p_statement, p_signature) RETURNING revocation_id INTO v_id;
  PERFORM end_writers(ARRAY(
    SELECT r.run_id FROM run r
     WHERE r.closed IS NULL AND ((p_kind = 'run' AND r.run_id = p_value) OR EXISTS (
       SELECT FROM admission a WHERE a.run_id = r.run_id AND ((p_kind = 'nonce' AND a.nonce = p_value) OR (p_kind = 'key' AND a.fingerprint = p_value))))));
  RETURN v_id;
END $$;

CREATE FUNCTION cutter_runtime.lift_halt(p_halt_ids bigint[], p_statement bytea, p_signature bytea, p_person text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  IF coalesce(cardinality(p_halt_ids), 0) = 0
     OR EXISTS (SELECT FROM unnest(p_halt_ids) AS n(id) WHERE NOT EXISTS (SELECT FROM halt h WHERE h.halt_id = n.id AND h.kind = 'halt')) THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'a halt id that names no halt', 'ids of halts in this database');
  END IF;
  INSERT INTO halt (kind, lifts, reason, actor, statement, signature)
       VALUES ('lift', p_halt_ids, 'signed UNHALT', p_person, p_statement, p_signature) RETURNING halt_id INTO v_id;
  RETURN v_id;
END $$;

-- Ends the writers of its reach; when its COMMIT is answered none is in flight. One UNHALT can name a hundred halts, so a further one of
-- the same reach is not written: it stands already, and the newest answers for it.
CREATE FUNCTION cutter_runtime.request_halt(p_run_id text, p_reason text, p_actor text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_id bigint;
  v_standing bigint;
BEGIN
  IF p_run_id IS NOT NULL AND NOT EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id) THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no run ' || p_run_id, 'the id of a run of this database, or none for every run');
  ELSIF coalesce(btrim(p_reason), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no reason given', 'a reason in words');
  END IF;
  SELECT count(*), max(h.halt_id) INTO v_standing, v_id FROM halt h
   WHERE h.kind = 'halt' AND h.run_id IS NOT DISTINCT FROM p_run_id
     AND NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts));
  IF v_standing < 100 THEN
    INSERT INTO halt (kind, run_id, reason, actor) VALUES ('halt', p_run_id, p_reason, p_actor) RETURNING halt_id INTO v_id;
  END IF;
  PERFORM end_writers(CASE WHEN p_run_id IS NOT NULL THEN ARRAY[p_run_id] END);
  RETURN v_id;
END $$;

-- Once the halt is committed: whoever could still be in flight is ended, and this returns when no writer of its reach is left.
CREATE FUNCTION cutter_runtime.acknowledge_halt() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run_ids text[];
BEGIN
  -- A session may need a while to end; the halt stands meanwhile, and its answer waits as long as the statement may.
  PERFORM set_config('lock_timeout', '0', true);
  IF NOT EXISTS (SELECT FROM halt h WHERE h.kind = 'halt' AND h.run_id IS NULL
                    AND NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts))) THEN
    v_run_ids := ARRAY(SELECT h.run_id FROM halt h WHERE h.kind = 'halt'
                          AND NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts)));
  END IF;
  PERFORM end_writers(v_run_ids);
  PERFORM FROM lease l WHERE v_run_ids IS NULL OR l.run_id = ANY (v_run_ids) ORDER BY l.document_id FOR UPDATE;
END $$;

-- What `cutter orchestrate revert` records as cutter_halt before anything moves; the revert then carries exactly these words.
CREATE FUNCTION cutter_runtime.order_revert(p_run_id text, p_actor text, p_reason text, p_soft_status text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  PERFORM open_run_row(p_run_id);
  IF coalesce(btrim(p_actor), '') = '' OR coalesce(btrim(p_reason), '') = '' OR coalesce(btrim(p_soft_status), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'an order without actor, reason or status', 'all three in words');
  ELSIF is_done(p_run_id, 'lifecycle_enact') OR NOT is_done(p_run_id, 'cut_leg_a') THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'an order to revert ' || p_run_id || ', which is not written or is enacted', 'a run that is written and not enacted');
  END IF;
  INSERT INTO revert_order (run_id, actor, reason, soft_status) VALUES (p_run_id, p_actor, p_reason, p_soft_status) RETURNING order_id INTO v_id;
  RETURN v_id;
END $$;
