-- role: admin
-- params: none
-- returns: none
-- Schema cutter_runtime: the cutter's own records and the functions that keep them. One transaction, applied once.
-- Parts: 1 roles and tables, 2 refusals, 3 leases and 3 records, 4 effects, 5 gate and halt, 6 rights.
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
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cutter_signal') THEN CREATE ROLE cutter_signal; END IF;
END $$;
ALTER ROLE cutter_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE cutter_gate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 2;
ALTER ROLE cutter_halt LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT 2;

-- Owns the one function that ends a writer's session, and nothing else; the right comes by inheritance.
ALTER ROLE cutter_signal NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
GRANT pg_signal_backend TO cutter_signal;

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
  -- sha256 of the key that the opening process keeps on its host: a password alone moves no run. NULL: opened without one.
  key_sha text CHECK (key_sha ~ '^[0-9a-f]{64}$'),
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

-- When each process that moves runs was last heard of. `process` is its name on leases: machine, pid and start time. Whoever has only a
-- role's password keeps no dead process among the living: key_sha is of a key that the process made for itself.
CREATE TABLE cutter_runtime.host_beat (
  process text PRIMARY KEY CHECK (length(process) BETWEEN 1 AND 200),
  doing text NOT NULL CHECK (length(doing) BETWEEN 1 AND 100),
  release text NOT NULL CHECK (length(release) BETWEEN 1 AND 64),
  key_sha text NOT NULL CHECK (key_sha ~ '^[0-9a-f]{64}$'),
  began timestamptz NOT NULL DEFAULT clock_timestamp(),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
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
  source_span jsonb NOT NULL,
  affected_row_id uuid NOT NULL,
  -- Of a new version: the enacted document, the digest of its text that was compared with, and the unit this one supersedes,
  -- which a unit that is new has none of.
  against_document text,
  compared_sha text CHECK (compared_sha ~ '^[0-9a-f]{64}$'),
  supersedes_address text,
  supersedes_hash text,
  CHECK ((against_document IS NULL) = (compared_sha IS NULL)),
  CHECK ((supersedes_address IS NULL) = (supersedes_hash IS NULL) AND (supersedes_address IS NULL OR against_document IS NOT NULL)),
  PRIMARY KEY (run_id, canonical_address),
  UNIQUE (run_id, ordinal)
);

-- Ids of the run's ledger rows, as the gate derived them with the plan. Everything else of those rows follows from what was signed.
CREATE TABLE cutter_runtime.planned_ledger (
  run_id text PRIMARY KEY REFERENCES cutter_runtime.run,
  entry_id uuid NOT NULL UNIQUE,
  history_id uuid NOT NULL UNIQUE,
  envelope_id uuid NOT NULL UNIQUE,
  review_decision_id uuid NOT NULL UNIQUE,
  executor_signature_id uuid NOT NULL UNIQUE,
  change_set_id uuid NOT NULL UNIQUE,
  verify_result_id uuid NOT NULL UNIQUE,
  verifier_signature_id uuid NOT NULL UNIQUE,
  compensating_decision_id uuid NOT NULL UNIQUE
);

-- Who ordered a written run to be undone, in whose words. cutter_halt orders, cutter_exec writes: neither password does both.
CREATE TABLE cutter_runtime.revert_order (
  order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL REFERENCES cutter_runtime.run,
  actor text NOT NULL,
  reason text NOT NULL,
  soft_status text NOT NULL,
  ordered_by name NOT NULL DEFAULT session_user,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX revert_order_run_id_idx ON cutter_runtime.revert_order (run_id);

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
  -- Of leg A and the enactment: how many writes to units and versions this transaction had made when every planned unit was found
  -- as planned. NULL: not all were, or nobody looked. Set by the admission package alone.
  judged_writes bigint,
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

-- Row locks that only functions of the owner can take. An advisory lock could be held by any login of the database.
CREATE TABLE cutter_runtime.row_lock (name text PRIMARY KEY);
INSERT INTO cutter_runtime.row_lock (name) VALUES ('runs_index');
