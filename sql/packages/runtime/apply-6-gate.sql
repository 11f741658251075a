-- 6. What the gate admits: its own role, so that no writer can.
-- sha256 of the RFC 8785 rows, as the runner digests them: ../../../runner/rules/plan.ts.
CREATE FUNCTION cutter_runtime.writer_digest_of(p_run_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT encode(sha256(convert_to('[' || string_agg(
           '{"canonical_address":' || to_json(p.canonical_address) || ',"content_hash":' || to_json(p.content_hash) || ',"ordinal":' || p.ordinal
           || ',"owner_ref":' || to_json(p.owner_ref) || ',"parent_address":' || coalesce(to_json(p.parent_address)::text, 'null')
           || ',"publication_type":' || to_json(p.publication_type) || ',"section_type":' || to_json(p.section_type)
           || CASE WHEN p.against_document IS NULL THEN '' ELSE ',"supersedes":{"address":' || coalesce(to_json(p.supersedes_address)::text, 'null')
              || ',"compared_sha":' || to_json(p.compared_sha) || ',"content_hash":' || coalesce(to_json(p.supersedes_hash)::text, 'null')
              || ',"document_id":' || to_json(p.against_document) || '}' END
           || ',"title_sha":' || to_json(p.title_sha) || ',"unit_kind":' || to_json(p.unit_kind) || '}', ',' ORDER BY p.ordinal) || ']', 'UTF8')), 'hex')
    FROM planned_unit p WHERE p.run_id = p_run_id
$$;

-- The plan a person signed; a renewing signature brings the same rows again. It must be the plan that the run recorded, so that
-- cutter_gate's password alone cannot lay another one under a run that still waits to be signed.
CREATE FUNCTION cutter_runtime.keep_planned_units(p_run cutter_runtime.run, p_planned_units jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_recorded text := (SELECT d.output ->> 'writer_digest' FROM phase_done d WHERE d.run_id = p_run.run_id AND d.phase = 'cutplan');
  v_base planned_unit;
  v_differing bigint;
BEGIN
  v_base.run_id := p_run.run_id;
  IF jsonb_typeof(p_planned_units) IS DISTINCT FROM 'array' OR jsonb_array_length(p_planned_units) = 0 THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_1 without planned units', 'the recomputed plan');
  ELSIF EXISTS (SELECT FROM jsonb_populate_recordset(v_base, p_planned_units) n
                 WHERE split_part(n.canonical_address, '/', 1) IS DISTINCT FROM p_run.document_id OR n.run_id IS DISTINCT FROM p_run.run_id) THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'a planned unit outside ' || p_run.document_id, 'units of the run''s own document');
  ELSIF NOT EXISTS (SELECT FROM planned_unit p WHERE p.run_id = p_run.run_id) THEN
    INSERT INTO planned_unit SELECT n.* FROM jsonb_populate_recordset(v_base, p_planned_units) n;
    IF v_recorded IS DISTINCT FROM writer_digest_of(p_run.run_id) THEN
      PERFORM stop('STOP_DRIFT', 'planned units that digest to another plan than the run recorded', 'the plan of phase cutplan');
    END IF;
    RETURN;
  END IF;
  SELECT count(*) INTO v_differing
    FROM (SELECT * FROM planned_unit WHERE run_id = p_run.run_id) p
    FULL JOIN jsonb_populate_recordset(v_base, p_planned_units) n ON n.canonical_address = p.canonical_address
   WHERE p IS DISTINCT FROM n;
  IF v_differing > 0 THEN
    PERFORM stop('STOP_DRIFT', v_differing || ' planned units differ from those first admitted', 'the plan of the first SG_1');
  END IF;
END $$;

-- The ids of the run's ledger rows, beside its planned units; a renewing signature brings the same ones.
CREATE FUNCTION cutter_runtime.keep_planned_ledger(p_run_id text, p_ledger jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
DECLARE
  v_base planned_ledger;
BEGIN
  v_base.run_id := p_run_id;
  IF jsonb_typeof(p_ledger) IS DISTINCT FROM 'object' OR p_ledger ? 'run_id' THEN
    PERFORM stop('STOP_APPROVAL_INVALID', 'SG_1 without planned ledger rows', 'the ids of every ledger row of the run');
  ELSIF NOT EXISTS (SELECT FROM planned_ledger l WHERE l.run_id = p_run_id) THEN
    INSERT INTO planned_ledger SELECT n.* FROM jsonb_populate_record(v_base, p_ledger) n;
  ELSIF NOT EXISTS (SELECT FROM planned_ledger l JOIN jsonb_populate_record(v_base, p_ledger) n ON n = l WHERE l.run_id = p_run_id) THEN
    PERFORM stop('STOP_DRIFT', 'planned ledger rows differ from those first admitted', 'the ids of the first SG_1');
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
-- parent_address, source_span, affected_row_id}], of a new version also against_document, compared_sha, supersedes_address, supersedes_hash; planned_ledger: {<name of an id>: uuid}. Both with SG_1 only.
CREATE FUNCTION cutter_runtime.admit(p_gate text, p_run_id text, p_payload jsonb, p_payload_sha text, p_person text, p_fingerprint text,
  p_nonce text, p_statement bytea, p_signature bytea, p_valid_from timestamptz, p_use_by timestamptz, p_planned_units jsonb,
  p_planned_ledger jsonb DEFAULT NULL) RETURNS void
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
    PERFORM keep_planned_ledger(p_run_id, p_planned_ledger);
  ELSIF p_planned_units IS NOT NULL OR p_planned_ledger IS NOT NULL THEN
    PERFORM stop('STOP_APPROVAL_INVALID', p_gate || ' with planned units', 'planned units with SG_1 only');
  END IF;
  INSERT INTO admission (nonce, gate, run_id, payload_sha, person, fingerprint, statement, signature, payload, valid_from, use_by)
       VALUES (p_nonce, p_gate, p_run_id, p_payload_sha, p_person, p_fingerprint, p_statement, p_signature, p_payload, p_valid_from, p_use_by);
END $$;
