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
