-- THE LEDGER. What a role of the cutter inserts into a governance table is a row that follows from what was signed, or it is refused
-- at once; an effect that leaves one of its rows out is refused at its end. The functions are the owner's and only read.
GRANT USAGE ON SCHEMA cutter_governance TO cutter_owner;
GRANT SELECT ON
  cutter_governance.decision_backlog_entry, cutter_governance.decision_backlog_history, cutter_governance.manifest_envelope,
  cutter_governance.manifest_unit_block, cutter_governance.review_decision, cutter_governance.dot_pair_signature,
  cutter_governance.cut_change_set, cutter_governance.cut_change_set_affected_row, cutter_governance.verify_result TO cutter_owner;
SET LOCAL ROLE directus;
GRANT SELECT ON public.information_unit, public.unit_version, public.iu_lifecycle_log TO cutter_owner;
RESET ROLE;

SET LOCAL ROLE cutter_owner;

-- What every ledger row of a run is made of: the used admissions, what phase 1 pinned, and the moment and number of the writing
-- transaction (of the one that runs, while the phase is not recorded). One row, or none before leg A. Not in SQL: that plans its statement
-- with every call, and a session asks it dozens of times.
CREATE FUNCTION cutter_runtime.ledger_facts(p_run_id text, p_phase text, p_observed text)
RETURNS TABLE (ids cutter_runtime.planned_ledger, run cutter_runtime.run, scenario text, emitted text, summary jsonb, source_ref text,
               sg1 cutter_runtime.admission, execution cutter_runtime.admission, sg2 cutter_runtime.admission, undoing cutter_runtime.revert_order,
               began timestamptz, xid text, observed text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT l, r, 'governed-cut:' || r.run_id, 'cutter_exec/DOT-991/' || r.actor,
         jsonb_build_object('run_id', r.run_id, 'document_id', r.document_id, 'source_version_id', s.payload -> 'source_version_id',
           'region_sha', s.payload -> 'region_sha', 'manifest_digest', s.payload -> 'manifest_digest', 'writer_digest', s.payload -> 'writer_digest',
           'candidate_count', s.payload -> 'candidate_count', 'sg1_payload_sha', s.payload_sha, 'sg1_nonce', s.nonce, 'execution_nonce', e.nonce),
         (SELECT d.output ->> 'source_document_ref' FROM phase_done d WHERE d.run_id = r.run_id AND d.phase = 'source_pin'), s, e, z,
         (SELECT o FROM revert_order o WHERE o.run_id = r.run_id ORDER BY o.order_id DESC LIMIT 1),
         coalesce(done.began, transaction_timestamp()), coalesce(done.xid, pg_current_xact_id_if_assigned())::text,
         coalesce(p_observed, (SELECT d.output ->> 'observed_digest' FROM phase_done d WHERE d.run_id = r.run_id AND d.phase = 'write_verify'))
    FROM run r
    JOIN planned_ledger l ON l.run_id = r.run_id
    JOIN (admission_use us JOIN admission s ON s.nonce = us.nonce AND s.gate = 'SG_1_cut_authz') ON us.run_id = r.run_id AND us.phase = 'cut_leg_a'
    JOIN (admission_use ue JOIN admission e ON e.nonce = ue.nonce AND e.gate = 'EXECUTION') ON ue.run_id = r.run_id AND ue.phase = 'cut_leg_a'
    LEFT JOIN (admission_use uz JOIN admission z ON z.nonce = uz.nonce) ON uz.run_id = r.run_id AND uz.phase = 'lifecycle_enact'
    LEFT JOIN phase_done done ON done.run_id = r.run_id AND done.phase = p_phase
   WHERE r.run_id = p_run_id;
END $$;

-- A mark of a principal over its envelope.
CREATE FUNCTION cutter_runtime.planned_mark(p_id uuid, p_kind text, p_envelope jsonb, f_run cutter_runtime.run, p_at timestamptz, p_xid text, p_of jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS $$
  SELECT p_of || jsonb_build_object('signature_id', p_id, 'signature_kind', p_kind, 'signer_dot_id', CASE p_kind WHEN 'executor' THEN 'DOT-991' ELSE 'DOT-992' END,
    'signer_identity', w.principal, 'signer_tool_revision', (f_run).release || '/' || p_kind, 'payload_hash', digest_of(p_envelope), 'payload_envelope', p_envelope,
    'signature_payload', jsonb_build_object('scheme', 'database-principal', 'session_user', w.principal, 'xid', p_xid),
    'signature_scheme', 'database-principal', 'signed_at', p_at, 'scenario_ref', 'governed-cut:' || (f_run).run_id)
    FROM (SELECT CASE p_kind WHEN 'executor' THEN 'cutter_exec' ELSE 'cutter_verify' END AS principal) w
$$;

-- The review decision of a phase: no. 1 with leg B, no. 2 with the enactment, the compensating one of a revert.
CREATE FUNCTION cutter_runtime.planned_decision(p_run_id text, p_phase text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN (
  SELECT jsonb_build_object('manifest_id', (f.ids).envelope_id, 'manifest_version', f.summary -> 'writer_digest', 'status', 'decided', 'reviewer_class', 'approver',
           'risk_class_assessment', 'non_authoritative_target', 'cross_signed_by_dot_verifier', false, 'cut_change_set_ref', (f.ids).change_set_id,
           'tool_revision', (f.run).release, 'version', 1, 'created_at', f.began, 'updated_at', f.began, 'scenario_ref', f.scenario)
      || CASE p_phase
           WHEN 'leg_b_record' THEN jsonb_build_object('review_decision_id', (f.ids).review_decision_id, 'governance_event_kind', 'cut_governed', 'review_scope', 'manifest',
             'verdict', 'approve', 'findings', f.summary, 'reviewer_identity', (f.sg1).person, 'decided_by', (f.sg1).person,
             'decision_at', date_trunc('milliseconds', (f.sg1).valid_from),
             'reviewer_independence_evidence', jsonb_build_object('execution_person', (f.execution).person, 'execution_nonce', (f.execution).nonce))
           WHEN 'lifecycle_enact' THEN jsonb_build_object('review_decision_id', (f.sg2).payload -> 'review_decision_id', 'governance_event_kind', 'lifecycle_enactment',
             'review_scope', 'lifecycle_enactment:' || (f.run).document_id, 'verdict', 'approve', 'reviewer_identity', (f.sg2).person, 'decided_by', (f.sg2).person,
             'decision_at', date_trunc('milliseconds', (f.sg2).valid_from), 'prior_review_decision_id', (f.ids).review_decision_id,
             'findings', jsonb_build_object('run_id', p_run_id, 'observed_digest', (f.sg2).payload -> 'observed_digest', 'sg2_payload_sha', (f.sg2).payload_sha, 'sg2_nonce', (f.sg2).nonce),
             'reviewer_independence_evidence', jsonb_build_object('verified_by', 'cutter_verify', 'verify_result_id', (f.ids).verify_result_id))
           ELSE jsonb_build_object('review_decision_id', (f.ids).compensating_decision_id, 'governance_event_kind', 'cut_reverted', 'review_scope', 'revert:' || p_run_id,
             'verdict', 'revert', 'findings', jsonb_build_object('run_id', p_run_id, 'reason', (f.undoing).reason), 'reviewer_identity', (f.undoing).actor,
             'decided_by', (f.undoing).actor, 'decision_at', date_trunc('milliseconds', (f.undoing).at), 'prior_review_decision_id', (f.ids).review_decision_id,
             'reviewer_independence_evidence', jsonb_build_object('within', 'SG_1')) END
    FROM ledger_facts(p_run_id, p_phase, NULL) f
   WHERE CASE p_phase WHEN 'lifecycle_enact' THEN (f.sg2).nonce IS NOT NULL WHEN 'revert' THEN is_done(p_run_id, 'leg_b_record') ELSE p_phase = 'leg_b_record' END);
END $$;

-- The rows that a phase writes into one table, as objects of its columns; a column that is not named is NULL. p_observed: the digest
-- that the verifier is about to record, while its phase is not; it is signed with SG_2 afterwards.
CREATE FUNCTION cutter_runtime.planned_rows(p_run_id text, p_phase text, p_table text, p_observed text) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH f AS MATERIALIZED (SELECT * FROM ledger_facts(p_run_id, p_phase, p_observed)), leg_b AS (SELECT * FROM f WHERE p_phase = 'leg_b_record')
  SELECT jsonb_build_object('entry_id', (f.ids).entry_id, 'kind', 'cut', 'status', 'decided', 'payload', f.summary, 'emitted_at', f.began, 'scenario_ref', f.scenario)
    FROM leg_b f WHERE p_table = 'decision_backlog_entry'
  UNION ALL
  SELECT jsonb_build_object('history_id', (f.ids).history_id, 'entry_id', (f.ids).entry_id, 'entry_version_before', 0, 'entry_version_after', 1,
           'change_kind', 'cut_committed', 'change_diff', f.summary, 'changed_by', f.emitted, 'changed_at', f.began,
           'rationale', 'cut of ' || (f.run).document_id || ' under run ' || p_run_id)
    FROM leg_b f WHERE p_table = 'decision_backlog_history'
  UNION ALL
  SELECT jsonb_build_object('envelope_id', (f.ids).envelope_id, 'operation_kind', 'first_cut', 'status', 'cut', 'source_doc_ref', f.source_ref,
           'cut_change_set_ref', (f.ids).change_set_id, 'created_by', f.emitted, 'created_at', f.began, 'reviewer', (f.sg1).person,
           'manifest_version', f.summary -> 'writer_digest', 'manifest_digest', f.summary -> 'manifest_digest')
    FROM leg_b f WHERE p_table = 'manifest_envelope'
  UNION ALL
  SELECT jsonb_build_object('envelope_id', (f.ids).envelope_id, 'unit_local_id', 'u-' || p.ordinal, 'block_role', 'result', 'source_span', p.source_span,
           'render_order', p.ordinal, 'proposed_canonical_address', p.canonical_address, 'proposed_authority', 'non_authoritative',
           'proposed_unit_kind', p.unit_kind, 'proposed_section_type', p.section_type, 'proposed_parent_address', p.parent_address, 'content_hash', p.content_hash)
         || CASE WHEN p.against_document IS NULL THEN '{}' ELSE jsonb_build_object('candidate_edges', jsonb_build_array(jsonb_build_object(
              'edge', CASE WHEN p.supersedes_address IS NULL THEN 'new_in_version' ELSE 'supersedes' END, 'document_id', p.against_document,
              'compared_sha', p.compared_sha, 'address', p.supersedes_address, 'content_hash', p.supersedes_hash))) END
    FROM leg_b f JOIN planned_unit p ON p.run_id = p_run_id WHERE p_table = 'manifest_unit_block'
  UNION ALL
  SELECT d.line FROM planned_decision(p_run_id, p_phase) AS d(line)
   WHERE p_table = 'review_decision' AND p_phase IN ('leg_b_record', 'lifecycle_enact', 'revert') AND d.line IS NOT NULL
  UNION ALL
  SELECT planned_mark((f.ids).executor_signature_id, 'executor', f.summary || jsonb_build_object('change_set_id', (f.ids).change_set_id,
           'review_decision_id', (f.ids).review_decision_id, 'principal', 'cutter_exec'), f.run, f.began, f.xid,
           jsonb_build_object('cross_reference_change_set_id', (f.ids).change_set_id))
    FROM leg_b f WHERE p_table = 'dot_pair_signature'
  UNION ALL
  SELECT jsonb_build_object('change_set_id', (f.ids).change_set_id, 'manifest_id', (f.ids).envelope_id, 'manifest_version', f.summary -> 'writer_digest',
           'rollback_key', 'rbk:canonical:' || lower((f.run).document_id) || '-' || p_run_id || ':' || left(f.summary ->> 'writer_digest', 16) || ':' || (f.ids).change_set_id,
           'idempotency_key', 'ick:canonical:' || lower((f.run).document_id) || '-' || p_run_id || ':' || (f.summary ->> 'writer_digest'),
           'review_decision_id', (f.ids).review_decision_id, 'executor_tool_revision', (f.run).release || '/executor', 'verifier_tool_revision', 'pending',
           'emitted_by', f.emitted, 'executor_signature_id', (f.ids).executor_signature_id, 'state', 'committed',
           'affected_unit_count', f.summary -> 'candidate_count', 'payload_summary', f.summary, 'scenario_ref', f.scenario, 'operation_kind', 'first_cut',
           'emitted_at', f.began, 'committed_at', f.began, 'canonicalization_rule_used', 'canon-md-v0.1.0', 'version', 1, 'created_at', f.began)
    FROM leg_b f WHERE p_table = 'cut_change_set'
  UNION ALL
  SELECT jsonb_build_object('affected_row_id', p.affected_row_id, 'change_set_id', (f.ids).change_set_id, 'target_table', 'public.information_unit',
           'target_row_id', u.id, 'operation_kind', 'insert', 'row_ordinal', p.ordinal,
           'after_state_snapshot', jsonb_build_object('lifecycle_status', 'draft', 'content_hash', p.content_hash, 'section_type', p.section_type))
    FROM leg_b f JOIN planned_unit p ON p.run_id = p_run_id
    -- A reverted unit has left its address, which may be another run's by now: its own row then tells which one it was.
    JOIN LATERAL (
      SELECT n.id FROM public.information_unit n WHERE n.canonical_address = p.canonical_address AND NOT is_done(p_run_id, 'revert')
      UNION ALL
      SELECT n.id FROM cutter_governance.cut_change_set_affected_row a JOIN public.information_unit n ON n.id = a.target_row_id
       WHERE a.affected_row_id = p.affected_row_id AND n.canonical_address = p.canonical_address || '~reverted~' || n.id AND is_done(p_run_id, 'revert')) u ON true
   WHERE p_table = 'cut_change_set_affected_row'
  UNION ALL
  SELECT planned_mark((f.ids).verifier_signature_id, 'verifier', jsonb_build_object('run_id', p_run_id, 'change_set_id', (f.ids).change_set_id,
           'observed_digest', f.observed, 'verdict', 'pass', 'principal', 'cutter_verify'), f.run, f.began, f.xid,
           jsonb_build_object('cross_reference_verify_result_id', (f.ids).verify_result_id))
    FROM f WHERE p_table = 'dot_pair_signature' AND p_phase = 'write_verify' AND f.observed ~ '^[0-9a-f]{64}$'
  UNION ALL
  SELECT jsonb_build_object('verify_result_id', (f.ids).verify_result_id, 'change_set_id', (f.ids).change_set_id, 'manifest_id', (f.ids).envelope_id,
           'manifest_version', f.summary -> 'writer_digest', 'review_decision_id', (f.ids).review_decision_id, 'executor_signature_id', (f.ids).executor_signature_id,
           'verifier_signature_id', (f.ids).verifier_signature_id, 'executor_tool_revision', (f.run).release || '/executor',
           'verifier_tool_revision', (f.run).release || '/verifier', 'tool_revision_match', false, 'verify_kind', 'axis_1_round_trip', 'axis_1_status', 'pass',
           'axis_2_status', 'pass', 'verdict', 'pass', 'verdict_rationale', 'every row equals the plan; the document is rebuilt from the stored bodies byte for byte',
           'state', 'complete', 'canonicalization_rule_used', 'canon-md-v0.1.0',
           'axis_2_detail', jsonb_build_object('ledger_rows', (2 * (f.summary ->> 'candidate_count')::int + 6)::text),
           'verify_meta', (SELECT jsonb_object_agg(c, true) FROM unnest(ARRAY['unit_count', 'version_count', 'birth_count', 'addresses', 'titles', 'body_hashes',
             'section_types', 'parents', 'all_draft', 'anchors', 'no_foreign_unit', 'lossless_from_database', 'ledger_rows_2n_plus_6', 'ledger_as_planned', 'no_earlier_verdict']) AS c)
             || jsonb_build_object('observed_digest', f.observed),
           'verified_unit_count', f.summary -> 'candidate_count', 'mismatch_count', 0, 'verified_by', 'cutter_verify', 'verified_at', f.began,
           'scenario_ref', f.scenario, 'created_at', f.began)
    FROM f WHERE p_table = 'verify_result' AND p_phase = 'write_verify' AND f.observed ~ '^[0-9a-f]{64}$';
END $$;
