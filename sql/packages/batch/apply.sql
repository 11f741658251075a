-- role: admin
-- params: none
-- returns: none
-- Batches: which documents were asked for together, in which wave, under which run, and why one was set aside. One transaction, applied
-- once. A member is a run like any other: nothing here admits an effect, and a stopped batch is stopped by halt rows of its runs.
DO $$
BEGIN
  IF to_regclass('cutter_runtime.batch') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'table cutter_runtime.batch is there already', 'wanted', 'a database without it; apply the package once')::text;
  END IF;
  IF to_regclass('cutter_runtime.halt') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'no schema cutter_runtime', 'wanted', 'package runtime applied first')::text;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_engine') THEN CREATE ROLE cutter_engine; END IF;
END $$;
-- The scheduler's login. It has no right in this database; what it may do stands in the engine's own. A worker holds up to seven
-- connections, whoever asks or queues two: three machines and five callers.
ALTER ROLE cutter_engine LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 32;
-- Four places for each of three machines: a leg that writes, one that plans, the look for work, a beat (docs/decisions/0154-several-machines.md).
ALTER ROLE cutter_exec CONNECTION LIMIT 12;

SET LOCAL ROLE cutter_owner;

CREATE TABLE cutter_runtime.batch (
  batch_id text PRIMARY KEY CHECK (batch_id ~ '^ictb-\d{8}T\d{6}Z-[0-9a-f]{8}$'),
  manifest jsonb NOT NULL,
  manifest_sha text NOT NULL CHECK (manifest_sha ~ '^[0-9a-f]{64}$'),
  host text NOT NULL,
  actor text NOT NULL,
  release text NOT NULL,
  opened timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed timestamptz,
  close_kind text CHECK (close_kind IN ('done', 'failed', 'voided')),
  close_reason text,
  CHECK ((closed IS NULL) = (close_kind IS NULL))
);

-- run_id is chosen before the run is opened, so that a planning process that died goes on with the same run.
CREATE TABLE cutter_runtime.batch_member (
  batch_id text NOT NULL REFERENCES cutter_runtime.batch,
  document_id text NOT NULL CHECK (document_id ~ '^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$'),
  ordinal int NOT NULL CHECK (ordinal > 0),
  wave int NOT NULL CHECK (wave >= 0),
  run_id text UNIQUE CHECK (run_id ~ '^ictr-\d{8}T\d{6}Z-[0-9a-f]{8}$'),
  attempts int NOT NULL DEFAULT 0,
  failures int NOT NULL DEFAULT 0,
  last_stop text CHECK (last_stop ~ '^(STOP_[A-Z0-9_]+|BUG)$'),
  quarantined timestamptz,
  reason text,
  PRIMARY KEY (batch_id, document_id),
  UNIQUE (batch_id, ordinal),
  CHECK (quarantined IS NULL OR reason IS NOT NULL)
);

-- What a wave came to, a row a document, and its digest, when every member of it was enacted and looked at again or set aside.
CREATE TABLE cutter_runtime.batch_wave (
  batch_id text NOT NULL REFERENCES cutter_runtime.batch,
  wave int NOT NULL,
  outcome jsonb NOT NULL CHECK (jsonb_typeof(outcome) = 'array'),
  outcome_digest text NOT NULL CHECK (outcome_digest ~ '^[0-9a-f]{64}$'),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (batch_id, wave)
);

-- A batch stands still while one of these halts is not lifted; one without halts, because it never had a run or is given up, for good.
CREATE TABLE cutter_runtime.batch_stop (
  stop_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id text NOT NULL REFERENCES cutter_runtime.batch,
  halt_ids bigint[] NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX batch_stop_batch_id_idx ON cutter_runtime.batch_stop (batch_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_runtime.batch_wave
  FOR EACH STATEMENT EXECUTE FUNCTION cutter_runtime.refuse_change();
ALTER TABLE cutter_runtime.batch_wave ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_runtime.batch_stop
  FOR EACH STATEMENT EXECUTE FUNCTION cutter_runtime.refuse_change();
ALTER TABLE cutter_runtime.batch_stop ENABLE ALWAYS TRIGGER append_only;

-- The reason why a batch stands still; NULL while it may go on.
CREATE FUNCTION cutter_runtime.batch_stopped(p_batch_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT s.reason FROM batch_stop s
   WHERE s.batch_id = p_batch_id
     AND (cardinality(s.halt_ids) = 0
          OR EXISTS (SELECT FROM unnest(s.halt_ids) AS h(id)
                      WHERE NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.id = ANY (l.lifts))))
   ORDER BY s.stop_id LIMIT 1
$$;

-- The open batch, locked against a stop that is being written; or a stop of our own.
CREATE FUNCTION cutter_runtime.open_batch_row(p_batch_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_kind text;
BEGIN
  SELECT coalesce(b.close_kind, 'open') INTO v_kind FROM batch b WHERE b.batch_id = p_batch_id FOR SHARE;
  IF v_kind IS NULL THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no batch ' || coalesce(p_batch_id, 'without id'), 'the id of a batch of this database');
  ELSIF v_kind <> 'open' THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', 'batch ' || p_batch_id || ' is closed (' || v_kind || ')', 'an open batch');
  END IF;
END $$;

-- Members come in the order of work; asked for again with the same manifest, nothing is done.
CREATE FUNCTION cutter_runtime.open_batch(p_batch_id text, p_manifest jsonb, p_manifest_sha text, p_host text, p_actor text, p_release text, p_members jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_held text;
BEGIN
  PERFORM refuse_halted(NULL);
  -- Two people who open batches of one document at once come one after the other.
  LOCK TABLE batch_member IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM batch b WHERE b.batch_id = p_batch_id AND b.manifest_sha = p_manifest_sha) THEN
    RETURN;
  ELSIF EXISTS (SELECT FROM batch b WHERE b.batch_id = p_batch_id) THEN
    PERFORM stop('STOP_REFUSED_INPUT', p_batch_id || ' is the batch of another manifest', 'an id of its own for each manifest');
  END IF;
  SELECT m.document_id || ' is held by batch ' || m.batch_id INTO v_held
    FROM batch_member m JOIN batch b ON b.batch_id = m.batch_id JOIN jsonb_array_elements(p_members) n ON n ->> 'document_id' = m.document_id
   WHERE b.closed IS NULL AND m.quarantined IS NULL ORDER BY m.ordinal LIMIT 1;
  IF v_held IS NOT NULL THEN
    PERFORM stop('STOP_REFUSED_INPUT', v_held, 'documents that no open batch holds');
  END IF;
  INSERT INTO batch (batch_id, manifest, manifest_sha, host, actor, release)
       VALUES (p_batch_id, p_manifest, p_manifest_sha, p_host, p_actor, p_release);
  INSERT INTO batch_member (batch_id, document_id, ordinal, wave)
       SELECT p_batch_id, m ->> 'document_id', (m ->> 'ordinal')::int, (m ->> 'wave')::int FROM jsonb_array_elements(p_members) m;
END $$;

-- The run of a member: the one in force, or the offered one where there is none, or the last was voided or reverted and the member is
-- not set aside.
CREATE FUNCTION cutter_runtime.assign_member(p_batch_id text, p_document_id text, p_run_id text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run_id text;
BEGIN
  PERFORM open_batch_row(p_batch_id);
  IF batch_stopped(p_batch_id) IS NOT NULL THEN
    PERFORM stop('STOP_HALTED', 'batch ' || p_batch_id || ' stands still: ' || batch_stopped(p_batch_id), 'a batch that may go on');
  END IF;
  IF EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id AND r.document_id IS DISTINCT FROM p_document_id) THEN
    PERFORM stop('STOP_REFUSED_INPUT', p_run_id || ' is the run of another document', 'a run of ' || p_document_id);
  END IF;
  UPDATE batch_member m SET run_id = p_run_id
   WHERE m.batch_id = p_batch_id AND m.document_id = p_document_id AND m.quarantined IS NULL
     AND (m.run_id IS NULL OR EXISTS (SELECT FROM run r WHERE r.run_id = m.run_id AND r.close_kind IN ('voided', 'reverted')));
  SELECT m.run_id INTO v_run_id FROM batch_member m WHERE m.batch_id = p_batch_id AND m.document_id = p_document_id;
  RETURN v_run_id;
END $$;

-- How a piece of work at a member ended. Failures count in a row. A quarantine is never taken back; an enacted document is not set aside.
CREATE FUNCTION cutter_runtime.note_member(p_batch_id text, p_document_id text, p_last_stop text, p_failed boolean, p_quarantine text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM open_batch_row(p_batch_id);
  IF p_quarantine IS NOT NULL AND EXISTS (SELECT FROM batch_member m JOIN run r ON r.run_id = m.run_id
      WHERE m.batch_id = p_batch_id AND m.document_id = p_document_id AND r.close_kind = 'closeout') THEN
    PERFORM stop('STOP_REPLAY_CONFLICT', p_document_id || ' is enacted', 'a document that is not enacted');
  END IF;
  UPDATE batch_member m
     SET attempts = m.attempts + 1, last_stop = p_last_stop,
         failures = CASE WHEN p_failed THEN m.failures + 1 WHEN p_last_stop IS NULL THEN 0 ELSE m.failures END,
         quarantined = CASE WHEN p_quarantine IS NULL THEN m.quarantined ELSE coalesce(m.quarantined, clock_timestamp()) END,
         reason = coalesce(m.reason, p_quarantine)
   WHERE m.batch_id = p_batch_id AND m.document_id = p_document_id;
  IF NOT FOUND THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no document ' || p_document_id || ' in batch ' || p_batch_id, 'a document of the batch');
  END IF;
END $$;

-- p_outcome: [[document_id, run_id, closeout or quarantined, observed_digest, summary_sha]], sorted by the order of work.
CREATE FUNCTION cutter_runtime.end_wave(p_batch_id text, p_wave int, p_outcome_digest text, p_outcome jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM open_batch_row(p_batch_id);
  IF p_outcome_digest IS DISTINCT FROM digest_of(p_outcome) THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'an outcome of another digest', 'the digest of the rows of the outcome');
  END IF;
  IF (SELECT jsonb_agg(jsonb_build_array(m.document_id, coalesce(m.run_id, ''), CASE WHEN m.quarantined IS NULL THEN r.close_kind ELSE 'quarantined' END)
                       ORDER BY m.ordinal)
        FROM batch_member m LEFT JOIN run r ON r.run_id = m.run_id WHERE m.batch_id = p_batch_id AND m.wave = p_wave)
     IS DISTINCT FROM (SELECT jsonb_agg(jsonb_build_array(o -> 0, o -> 1, o -> 2) ORDER BY n) FROM jsonb_array_elements(p_outcome) WITH ORDINALITY AS e(o, n))
     OR p_outcome @? '$[*][2] ? (@ != "closeout" && @ != "quarantined")' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'an outcome that is not what the records of wave ' || p_wave || ' say',
      'each document of the wave, enacted or set aside, in the order of work');
  END IF;
  INSERT INTO batch_wave (batch_id, wave, outcome, outcome_digest) VALUES (p_batch_id, p_wave, p_outcome, p_outcome_digest) ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION cutter_runtime.close_batch(p_batch_id text, p_kind text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM open_batch_row(p_batch_id);
  IF EXISTS (SELECT FROM batch_member m JOIN run r ON r.run_id = m.run_id
              WHERE m.batch_id = p_batch_id AND r.closed IS NULL AND m.quarantined IS NULL) THEN
    PERFORM stop('STOP_RUN_OPEN', 'an open run of batch ' || p_batch_id, 'every run of it closed, or its document set aside');
  END IF;
  UPDATE batch SET closed = clock_timestamp(), close_kind = p_kind, close_reason = p_reason WHERE batch_id = p_batch_id;
END $$;

-- A halt for each open run of the batch, in one transaction: begin_effect and end_effect refuse each of them from then on. The batch's
-- row is locked first, so that no run of it can be opened beside this.
CREATE FUNCTION cutter_runtime.stop_batch(p_batch_id text, p_reason text, p_actor text) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run_id text;
  v_halt bigint;
  v_halts bigint[] := '{}';
BEGIN
  PERFORM FROM batch b WHERE b.batch_id = p_batch_id FOR UPDATE;
  PERFORM open_batch_row(p_batch_id);
  IF coalesce(btrim(p_reason), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no reason given', 'a reason in words');
  END IF;
  -- A run of it that is halted already needs no second UNHALT.
  FOR v_run_id, v_halt IN
    SELECT m.run_id, max(h.halt_id) FROM batch_member m JOIN run r ON r.run_id = m.run_id
      LEFT JOIN halt h ON h.run_id = m.run_id AND h.kind = 'halt'
            AND NOT EXISTS (SELECT FROM halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts))
     WHERE m.batch_id = p_batch_id AND r.closed IS NULL GROUP BY m.run_id, m.ordinal ORDER BY m.ordinal LOOP
    v_halts := v_halts || coalesce(v_halt, request_halt(v_run_id, p_reason, p_actor));
  END LOOP;
  IF cardinality(v_halts) = 0 THEN
    -- Between two waves no run is open: the newest stands for the batch, so that an UNHALT can name the halt.
    SELECT r.run_id INTO v_run_id FROM batch_member m JOIN run r ON r.run_id = m.run_id
     WHERE m.batch_id = p_batch_id ORDER BY r.opened DESC LIMIT 1;
    IF v_run_id IS NOT NULL THEN
      v_halts := v_halts || request_halt(v_run_id, p_reason, p_actor);
    END IF;
  END IF;
  INSERT INTO batch_stop (batch_id, halt_ids, reason, actor) VALUES (p_batch_id, v_halts, p_reason, p_actor);
  RETURN v_halts;
END $$;

-- A batch that is given up: nothing of it begins any more, for good. Its runs are not halted, so that those that wrote can be undone.
CREATE FUNCTION cutter_runtime.give_up_batch(p_batch_id text, p_reason text, p_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  PERFORM FROM batch b WHERE b.batch_id = p_batch_id FOR UPDATE;
  PERFORM open_batch_row(p_batch_id);
  IF coalesce(btrim(p_reason), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no reason given', 'a reason in words');
  END IF;
  INSERT INTO batch_stop (batch_id, halt_ids, reason, actor) VALUES (p_batch_id, '{}', p_reason, p_actor);
END $$;

-- A process that chose its run before the stop and opens it afterwards is refused here.
CREATE FUNCTION cutter_runtime.refuse_run_of_stopped_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_batch_id text := (SELECT m.batch_id FROM batch_member m WHERE m.run_id = NEW.run_id);
BEGIN
  IF v_batch_id IS NOT NULL THEN
    PERFORM open_batch_row(v_batch_id);
    IF batch_stopped(v_batch_id) IS NOT NULL THEN
      PERFORM stop('STOP_HALTED', 'batch ' || v_batch_id || ' stands still: ' || batch_stopped(v_batch_id), 'a batch that may go on');
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_of_stopped_batch BEFORE INSERT ON cutter_runtime.run
  FOR EACH ROW EXECUTE FUNCTION cutter_runtime.refuse_run_of_stopped_batch();
ALTER TABLE cutter_runtime.run ENABLE ALWAYS TRIGGER not_of_stopped_batch;

-- The wave whose outcome an EXECUTION of this run must name: the one before it in its batch. NULL: no member, or of the first wave.
CREATE FUNCTION cutter_runtime.wave_before(p_run_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT jsonb_build_object('batch_id', m.batch_id, 'wave', (m.wave - 1)::text, 'outcome_digest', w.outcome_digest, 'outcome', w.outcome)
    FROM batch_member m LEFT JOIN batch_wave w ON w.batch_id = m.batch_id AND w.wave = m.wave - 1
   WHERE m.run_id = p_run_id AND m.wave > 0
$$;

-- Of an admitted and of a used EXECUTION: whoever signed it has seen what the wave before came to.
CREATE FUNCTION cutter_runtime.refuse_other_outcome() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_admitted admission := (SELECT a FROM admission a WHERE a.nonce = NEW.nonce);
  v_before jsonb := wave_before(v_admitted.run_id) - 'outcome';
BEGIN
  IF v_admitted.gate <> 'EXECUTION' THEN
    RETURN NULL;
  ELSIF v_before -> 'outcome_digest' = 'null' THEN
    PERFORM stop('STOP_EXECUTION_NOT_AUTHORIZED', 'the wave before that of ' || v_admitted.run_id || ' has no recorded outcome',
      'an outcome that the signer has seen');
  ELSIF v_admitted.payload -> 'after' IS DISTINCT FROM v_before THEN
    PERFORM stop('STOP_APPROVAL_INVALID',
      'an EXECUTION after ' || coalesce(v_admitted.payload #>> '{after,outcome_digest}', 'no wave'),
      CASE WHEN v_before IS NULL THEN 'one that names no wave' ELSE 'one after outcome ' || (v_before ->> 'outcome_digest') END);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER after_its_wave AFTER INSERT ON cutter_runtime.admission
  FOR EACH ROW EXECUTE FUNCTION cutter_runtime.refuse_other_outcome();
ALTER TABLE cutter_runtime.admission ENABLE ALWAYS TRIGGER after_its_wave;
CREATE TRIGGER after_its_wave AFTER INSERT ON cutter_runtime.admission_use
  FOR EACH ROW EXECUTE FUNCTION cutter_runtime.refuse_other_outcome();
ALTER TABLE cutter_runtime.admission_use ENABLE ALWAYS TRIGGER after_its_wave;

REVOKE EXECUTE ON FUNCTION
  cutter_runtime.batch_stopped(text), cutter_runtime.open_batch_row(text),
  cutter_runtime.open_batch(text, jsonb, text, text, text, text, jsonb), cutter_runtime.assign_member(text, text, text),
  cutter_runtime.note_member(text, text, text, boolean, text), cutter_runtime.end_wave(text, int, text, jsonb),
  cutter_runtime.close_batch(text, text, text), cutter_runtime.stop_batch(text, text, text), cutter_runtime.give_up_batch(text, text, text),
  cutter_runtime.refuse_run_of_stopped_batch(), cutter_runtime.wave_before(text), cutter_runtime.refuse_other_outcome()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.open_batch(text, jsonb, text, text, text, text, jsonb), cutter_runtime.assign_member(text, text, text),
  cutter_runtime.note_member(text, text, text, boolean, text), cutter_runtime.end_wave(text, int, text, jsonb),
  cutter_runtime.close_batch(text, text, text)
  TO cutter_exec;
GRANT EXECUTE ON FUNCTION cutter_runtime.stop_batch(text, text, text), cutter_runtime.give_up_batch(text, text, text) TO cutter_halt;
GRANT EXECUTE ON FUNCTION cutter_runtime.wave_before(text) TO cutter_exec, cutter_gate;
GRANT EXECUTE ON FUNCTION cutter_runtime.batch_stopped(text) TO cutter_exec, cutter_verify, cutter_halt;
GRANT SELECT ON cutter_runtime.batch, cutter_runtime.batch_member, cutter_runtime.batch_wave, cutter_runtime.batch_stop
  TO cutter_exec, cutter_verify, cutter_backup;

RESET ROLE;
