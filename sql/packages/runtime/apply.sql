-- role: admin
-- params: none
-- returns: none
-- Schema cutter_runtime: the cutter's own records and the functions that keep them. One transaction, applied once.
-- Parts: 1 roles and tables, 2 refusals, 3 bookkeeping, 4 effects, 5 gate and halt, 6 rights.
-- Every refusal is SQLSTATE CUT01 with MESSAGE = stop code and DETAIL = {"saw", "wanted"}; docs/decisions/0110-database-packages.md.

-- 1. The roles and tables of the cutter's own records. cutter_owner owns them and can log in nowhere.
DO $$
BEGIN
  IF to_regnamespace('cutter_runtime') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'schema cutter_runtime is there already', 'wanted', 'a database without it; apply the package once')::text;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_backup') THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'no role cutter_backup', 'wanted', 'package read-rights applied first')::text;
  END IF;
  -- Roles belong to the cluster, so another database of it may have brought them.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_owner') THEN CREATE ROLE cutter_owner; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_gate') THEN CREATE ROLE cutter_gate; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_halt') THEN CREATE ROLE cutter_halt; END IF;
END $$;
ALTER ROLE cutter_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE cutter_gate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 2;
ALTER ROLE cutter_halt LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 2;

CREATE SCHEMA cutter_runtime AUTHORIZATION cutter_owner;
SET LOCAL ROLE cutter_owner;

CREATE TABLE cutter_runtime.run (
  run_id text PRIMARY KEY CHECK (run_id ~ '^ictr-\d{8}T\d{6}Z-[0-9a-f]{8}$'),
  document_id text NOT NULL CHECK (document_id ~ '^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$'),
  source_version_id text,
  host text NOT NULL,
  actor text NOT NULL,
  release text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  last_stop text CHECK (last_stop ~ '^STOP_[A-Z0-9_]+$'),
  opened timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed timestamptz,
  close_kind text CHECK (close_kind IN ('closeout', 'voided', 'reverted')),
  close_reason text,
  CHECK ((closed IS NULL) = (close_kind IS NULL))
);
CREATE UNIQUE INDEX run_open_document_key ON cutter_runtime.run (document_id) WHERE closed IS NULL;

-- effect_xid names the one transaction that may write the document; nobody else can hold that number.
CREATE TABLE cutter_runtime.lease (
  document_id text PRIMARY KEY,
  epoch bigint NOT NULL CHECK (epoch > 0),
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL,
  effect_phase text,
  effect_xid xid8,
  effect_input_sha text
);

CREATE TABLE cutter_runtime.admission (
  nonce text PRIMARY KEY CHECK (nonce ~ '^[0-9a-f]{32}$'),
  gate text NOT NULL CHECK (gate IN ('SG_1_cut_authz', 'EXECUTION', 'SG_2_lifecycle_authz', 'SG_3_failure_escalation')),
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  payload_sha text NOT NULL CHECK (payload_sha ~ '^[0-9a-f]{64}$'),
  person text NOT NULL,
  fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9A-F]{40}$'),
  statement bytea NOT NULL,
  signature bytea NOT NULL,
  payload jsonb NOT NULL,
  valid_from timestamptz NOT NULL,
  use_by timestamptz NOT NULL,
  admitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (use_by > valid_from)
);
CREATE INDEX admission_run_gate_idx ON cutter_runtime.admission (run_id, gate);
CREATE INDEX admission_admitted_at_idx ON cutter_runtime.admission (admitted_at);

CREATE TABLE cutter_runtime.planned_unit (
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  canonical_address text NOT NULL,
  ordinal int NOT NULL,
  title_sha text NOT NULL,
  content_hash text NOT NULL,
  section_type text NOT NULL,
  unit_kind text NOT NULL,
  owner_ref text NOT NULL,
  publication_type text NOT NULL,
  parent_address text,
  PRIMARY KEY (run_id, canonical_address),
  UNIQUE (run_id, ordinal)
);

CREATE TABLE cutter_runtime.admission_use (
  nonce text PRIMARY KEY REFERENCES cutter_runtime.admission,
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  phase text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE cutter_runtime.revocation (
  revocation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('nonce', 'run', 'key')),
  value text NOT NULL,
  person text NOT NULL,
  fingerprint text NOT NULL,
  statement bytea NOT NULL,
  signature bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX revocation_kind_value_idx ON cutter_runtime.revocation (kind, value);

-- A halt without run_id holds every run; a lift names the halts it ends and carries the signed UNHALT.
CREATE TABLE cutter_runtime.halt (
  halt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('halt', 'lift')),
  run_id text REFERENCES cutter_runtime.run,
  lifts bigint[],
  reason text NOT NULL,
  actor text NOT NULL,
  statement bytea,
  signature bytea,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((kind = 'lift') = (lifts IS NOT NULL AND statement IS NOT NULL AND signature IS NOT NULL))
);

-- principal, xid and times are defaults no caller can choose: no role may INSERT here directly.
-- began is the transaction's start, which is the created_at of every unit it creates.
CREATE TABLE cutter_runtime.phase_done (
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  phase text NOT NULL CHECK (phase IN ('source_pin', 'mark', 'cutplan', 'pre_write_backup', 'grant_probe', 'cut_leg_a',
    'structural_verify', 'leg_b_record', 'write_verify', 'lifecycle_enact', 'closeout', 'revert')),
  epoch bigint NOT NULL,
  input_sha text NOT NULL CHECK (input_sha ~ '^[0-9a-f]{64}$'),
  output_sha text NOT NULL CHECK (output_sha ~ '^[0-9a-f]{64}$'),
  output jsonb NOT NULL,
  principal name NOT NULL DEFAULT session_user,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  began timestamptz NOT NULL DEFAULT transaction_timestamp(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, phase),
  CONSTRAINT phase_done_principal_check
    CHECK (principal = CASE phase WHEN 'write_verify' THEN 'cutter_verify' ELSE 'cutter_exec' END)
);
CREATE INDEX phase_done_at_idx ON cutter_runtime.phase_done (at);

CREATE TABLE cutter_runtime.backup_receipt (
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  attempt int NOT NULL CHECK (attempt > 0),
  content_digests jsonb NOT NULL,
  content_digests_sha text NOT NULL,
  file_sha text NOT NULL,
  size_bytes bigint NOT NULL,
  recipient text NOT NULL,
  proof jsonb NOT NULL,
  proof_sha text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, attempt)
);

CREATE TABLE cutter_runtime.journal (
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  seq bigint NOT NULL CHECK (seq > 0),
  prev_sha text NOT NULL CHECK (prev_sha ~ '^[0-9a-f]{64}$'),
  entry_sha text NOT NULL CHECK (entry_sha ~ '^[0-9a-f]{64}$'),
  entry jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, seq)
);
CREATE INDEX journal_at_idx ON cutter_runtime.journal (at);

CREATE TABLE cutter_runtime.approver_set (
  version int PRIMARY KEY CHECK (version > 0),
  sha text NOT NULL,
  bytes bytea NOT NULL,
  signatures jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (sha = encode(sha256(bytes), 'hex'))
);

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

-- 4. begin_effect and end_effect: the only way to a transaction that may write the target tables.
-- The advisory lock between writers (shared) and a halt (exclusive).
CREATE FUNCTION cutter_runtime.halt_lock() RETURNS bigint
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$ SELECT 4850188127903746001 $$;

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
  ELSIF EXISTS (SELECT FROM lease l WHERE l.effect_xid = pg_current_xact_id()) THEN
    PERFORM stop('STOP_INVARIANT_FAILED', 'a second effect in one transaction', 'one effect a transaction');
  END IF;
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
  PERFORM insist_on_admission(p_run_id, g, p_payload_shas ->> g, 'cut_leg_a', p_now, p_cap) FROM unnest(ARRAY['SG_1_cut_authz', 'EXECUTION']) AS g;
  SELECT ARRAY[s.nonce, e.nonce] INTO v_nonces
    FROM admissions_for(p_run_id, 'SG_1_cut_authz', 'cut_leg_a', p_now, p_cap) s
    JOIN admissions_for(p_run_id, 'EXECUTION', 'cut_leg_a', p_now, p_cap) e
      ON e.person <> s.person AND e.payload ->> 'sg1_payload_sha' = s.payload_sha
   WHERE s.fault IS NULL AND e.fault IS NULL
     AND s.payload_sha = p_payload_shas ->> 'SG_1_cut_authz' AND e.payload_sha = p_payload_shas ->> 'EXECUTION'
   ORDER BY s.admitted_at DESC, e.admitted_at DESC LIMIT 1;
  IF v_nonces IS NULL THEN
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
  PERFORM insist_on_admission(p_run_id, 'SG_2_lifecycle_authz', p_payload_shas ->> 'SG_2_lifecycle_authz', 'lifecycle_enact', p_now, p_cap);
  SELECT ARRAY[z.nonce] INTO v_nonces
    FROM admissions_for(p_run_id, 'SG_2_lifecycle_authz', 'lifecycle_enact', p_now, p_cap) z
    JOIN admission s ON s.run_id = p_run_id AND s.gate = 'SG_1_cut_authz' AND s.person <> z.person AND z.payload ->> 'sg1_payload_sha' = s.payload_sha
    JOIN admission_use u ON u.nonce = s.nonce AND u.phase = 'cut_leg_a'
   WHERE z.fault IS NULL AND z.payload_sha = p_payload_shas ->> 'SG_2_lifecycle_authz'
   ORDER BY z.admitted_at DESC LIMIT 1;
  IF v_nonces IS NULL THEN
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

-- payload_shas: {gate: sha256 of the payload the caller derived from live state}. Returns {now, xid, nonces, finish_by}.
CREATE FUNCTION cutter_runtime.begin_effect(p_run_id text, p_phase text, p_epoch bigint, p_input_sha text, p_payload_shas jsonb, p_cap_seconds int)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_now timestamptz;
  v_cap interval := make_interval(secs => p_cap_seconds);
  v_nonces text[] := '{}';
BEGIN
  PERFORM refuse_wrong_session(p_phase);
  PERFORM pg_advisory_xact_lock_shared(halt_lock());
  PERFORM refuse_halted(p_run_id);
  PERFORM refuse_revoked_run(p_run_id, p_phase);
  PERFORM extend_lease(p_run_id, p_epoch);
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
  END IF;
  UPDATE lease SET effect_phase = p_phase, effect_xid = pg_current_xact_id(), effect_input_sha = p_input_sha
   WHERE run_id = p_run_id AND epoch = p_epoch;
  INSERT INTO admission_use (nonce, run_id, phase) SELECT n, p_run_id, p_phase FROM unnest(v_nonces) AS n;
  RETURN jsonb_build_object('now', v_now, 'xid', pg_current_xact_id()::text, 'nonces', to_jsonb(v_nonces),
    'finish_by', CASE WHEN p_phase IN ('leg_b_record', 'write_verify') THEN finish_by(p_run_id) END);
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
  INSERT INTO phase_done (run_id, phase, epoch, input_sha, output_sha, output)
       VALUES (p_run_id, p_phase, p_epoch, v_lease.effect_input_sha, p_output_sha, p_output);
  UPDATE run SET state = state_after(p_phase), last_stop = NULL WHERE run_id = p_run_id;
END $$;

-- 5. What the gate admits and revokes, and what halts: their own roles, so that no writer can do either.
-- The plan a person signed; a renewing signature brings the same rows again.
CREATE FUNCTION cutter_runtime.keep_planned_units(p_run cutter_runtime.run, p_planned_units jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_differing bigint;
BEGIN
  IF jsonb_typeof(p_planned_units) IS DISTINCT FROM 'array' OR jsonb_array_length(p_planned_units) = 0 THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_1 without planned units', 'the recomputed plan');
  ELSIF EXISTS (SELECT FROM jsonb_to_recordset(p_planned_units) AS n(canonical_address text)
                 WHERE split_part(n.canonical_address, '/', 1) IS DISTINCT FROM p_run.document_id) THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'a planned unit outside ' || p_run.document_id, 'units of the run''s own document');
  ELSIF NOT EXISTS (SELECT FROM planned_unit p WHERE p.run_id = p_run.run_id) THEN
    INSERT INTO planned_unit (run_id, canonical_address, ordinal, title_sha, content_hash, section_type, unit_kind, owner_ref, publication_type,
                              parent_address)
    SELECT p_run.run_id, n.canonical_address, n.ordinal, n.title_sha, n.content_hash, n.section_type, n.unit_kind, n.owner_ref, n.publication_type,
           n.parent_address
      FROM jsonb_to_recordset(p_planned_units) AS n(canonical_address text, ordinal int, title_sha text, content_hash text, section_type text,
                                                    unit_kind text, owner_ref text, publication_type text, parent_address text);
    RETURN;
  END IF;
  SELECT count(*) INTO v_differing
    FROM (SELECT * FROM planned_unit WHERE run_id = p_run.run_id) p
    FULL JOIN jsonb_to_recordset(p_planned_units) AS n(canonical_address text, ordinal int, title_sha text, content_hash text, section_type text,
                                                       unit_kind text, owner_ref text, publication_type text, parent_address text)
           ON n.canonical_address = p.canonical_address
   WHERE (p.canonical_address, p.ordinal, p.title_sha, p.content_hash, p.section_type, p.unit_kind, p.owner_ref, p.publication_type, p.parent_address)
         IS DISTINCT FROM (n.canonical_address, n.ordinal, n.title_sha, n.content_hash, n.section_type, n.unit_kind, n.owner_ref, n.publication_type, n.parent_address);
  IF v_differing > 0 THEN
    PERFORM stop('STOP_DRIFT', v_differing || ' planned units differ from those first admitted', 'the plan of the first SG_1');
  END IF;
END $$;

CREATE FUNCTION cutter_runtime.refuse_same_person(p_run_id text, p_gate text, p_person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_gate text;
BEGIN
  SELECT a.gate INTO v_gate FROM admission a
   WHERE a.run_id = p_run_id AND a.person = p_person AND a.gate <> p_gate
     AND 'SG_1_cut_authz' IN (a.gate, p_gate) AND a.gate <> 'SG_3_failure_escalation' AND p_gate <> 'SG_3_failure_escalation'
   LIMIT 1;
  IF v_gate IS NOT NULL THEN
    PERFORM stop('STOP_APPROVAL_INVALID', p_gate || ' by the person who signed ' || v_gate, 'another person than SG_1''s');
  END IF;
END $$;

-- planned_units: [{canonical_address, ordinal, title_sha, content_hash, section_type, unit_kind, owner_ref, publication_type,
-- parent_address}], SG_1 only.
CREATE FUNCTION cutter_runtime.admit(p_gate text, p_run_id text, p_payload jsonb, p_payload_sha text, p_person text, p_fingerprint text,
  p_nonce text, p_statement bytea, p_signature bytea, p_valid_from timestamptz, p_use_by timestamptz, p_planned_units jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_run run := open_run_row(p_run_id);
BEGIN
  -- One admission of a run at a time, so that two cannot both find the other's person absent.
  PERFORM FROM run r WHERE r.run_id = p_run_id FOR NO KEY UPDATE;
  PERFORM open_run_row(p_run_id);
  PERFORM refuse_revoked_run(p_run_id, p_gate);
  IF p_gate IS NULL OR p_gate NOT IN ('SG_1_cut_authz', 'EXECUTION', 'SG_2_lifecycle_authz', 'SG_3_failure_escalation') THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'gate ' || coalesce(p_gate, 'missing'), 'a gate that can be admitted');
  ELSIF p_payload ->> 'run_id' IS DISTINCT FROM p_run_id THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'a payload for another run', 'a payload that names ' || p_run_id);
  ELSIF EXISTS (SELECT FROM admission a WHERE a.nonce = p_nonce) THEN
    PERFORM stop('STOP_APPROVAL_CONSUMED', 'nonce ' || p_nonce || ' was admitted before', 'a new statement');
  ELSIF EXISTS (SELECT FROM revocation v WHERE (v.kind = 'nonce' AND v.value = p_nonce) OR (v.kind = 'key' AND v.value = p_fingerprint)) THEN
    PERFORM stop('STOP_APPROVAL_REVOKED', 'nonce or key of this ' || p_gate || ' is revoked', 'a statement nobody revoked');
  ELSIF p_use_by <= clock_timestamp() THEN
    PERFORM stop('STOP_APPROVAL_EXPIRED', p_gate || ' is past its use_by', 'a newer signature');
  ELSIF p_gate = 'SG_2_lifecycle_authz' AND NOT is_done(p_run_id, 'write_verify') THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_2 before the second principal has verified', 'write_verify recorded first');
  END IF;
  PERFORM refuse_same_person(p_run_id, p_gate, p_person);
  IF p_gate = 'SG_1_cut_authz' THEN
    PERFORM keep_planned_units(v_run, p_planned_units);
  ELSIF p_planned_units IS NOT NULL THEN
    PERFORM stop('STOP_APPROVAL_INVALID', p_gate || ' with planned units', 'planned units with SG_1 only');
  END IF;
  INSERT INTO admission (nonce, gate, run_id, payload_sha, person, fingerprint, statement, signature, payload, valid_from, use_by)
       VALUES (p_nonce, p_gate, p_run_id, p_payload_sha, p_person, p_fingerprint, p_statement, p_signature, p_payload, p_valid_from, p_use_by);
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

-- Counts from its COMMIT on; acknowledge_halt then tells that no writer is in flight.
CREATE FUNCTION cutter_runtime.request_halt(p_run_id text, p_reason text, p_actor text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  IF p_run_id IS NOT NULL AND NOT EXISTS (SELECT FROM run r WHERE r.run_id = p_run_id) THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no run ' || p_run_id, 'the id of a run of this database, or none for every run');
  ELSIF coalesce(btrim(p_reason), '') = '' THEN
    PERFORM stop('STOP_REFUSED_INPUT', 'no reason given', 'a reason in words');
  END IF;
  INSERT INTO halt (kind, run_id, reason, actor) VALUES ('halt', p_run_id, p_reason, p_actor) RETURNING halt_id INTO v_id;
  RETURN v_id;
END $$;

CREATE FUNCTION cutter_runtime.acknowledge_halt() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
BEGIN
  -- A writer may work for minutes; the halt stands meanwhile, and its answer waits as long as the statement may.
  PERFORM set_config('lock_timeout', '0', true);
  PERFORM pg_advisory_lock(halt_lock());
  PERFORM pg_advisory_unlock(halt_lock());
END $$;

-- 6. Who may call and read what. Nobody but the owner inserts into a table of the cutter.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA cutter_runtime FROM PUBLIC;
GRANT USAGE ON SCHEMA cutter_runtime TO cutter_exec, cutter_verify, cutter_gate, cutter_halt, cutter_backup, directus;

GRANT EXECUTE ON FUNCTION
  cutter_runtime.open_run(text, text, text, text, text, text),
  cutter_runtime.take_lease(text, text, text),
  cutter_runtime.release_lease(text, bigint),
  cutter_runtime.set_state(text, bigint, text, text),
  cutter_runtime.record_phase(text, text, bigint, text, text, jsonb),
  cutter_runtime.record_receipt(text, bigint, int, jsonb, text, text, bigint, text, jsonb, text),
  cutter_runtime.close_run(text, bigint, text, text)
  TO cutter_exec;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.append_journal(text, bigint, bigint, text, text, jsonb),
  cutter_runtime.begin_effect(text, text, bigint, text, jsonb, int),
  cutter_runtime.end_effect(text, text, bigint, text, jsonb)
  TO cutter_exec, cutter_verify;
GRANT EXECUTE ON FUNCTION
  cutter_runtime.admit(text, text, jsonb, text, text, text, text, bytea, bytea, timestamptz, timestamptz, jsonb),
  cutter_runtime.revoke(text, text, text, text, bytea, bytea),
  cutter_runtime.lift_halt(bigint[], bytea, bytea, text)
  TO cutter_gate;
GRANT EXECUTE ON FUNCTION cutter_runtime.escalation(text) TO cutter_exec, cutter_verify, cutter_gate, cutter_backup;
GRANT EXECUTE ON FUNCTION cutter_runtime.request_halt(text, text, text), cutter_runtime.acknowledge_halt() TO cutter_halt;

GRANT SELECT ON ALL TABLES IN SCHEMA cutter_runtime TO cutter_exec, cutter_verify, cutter_gate, cutter_backup;
GRANT SELECT ON cutter_runtime.halt, cutter_runtime.run, cutter_runtime.lease TO cutter_halt;
GRANT SELECT ON cutter_runtime.planned_unit, cutter_runtime.run, cutter_runtime.lease TO directus;

RESET ROLE;
