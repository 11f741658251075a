-- The existing system, part 15: the observe layer, twelve views v_<table>_observe for cutter_ro, which reads them and
-- nothing else. Known: names, the visible columns of each (7 19 6 6 4 7 9 11 11 9 22 23 = 134 of 164), and of the thirty
-- hidden ones: signature payloads, payload_hash, rollback_key, idempotency_key, snapshots before and after, reviewer
-- identity, findings, rationales, scenario_ref. Chosen, to reach the known numbers: which further columns are hidden.
-- review_decision hides exactly three and all three are known, so that its scenario_ref, a name of ours, stays visible.
SET LOCAL ROLE workflow_admin;

DO $$
DECLARE
  hidden CONSTANT jsonb := '{
    "canonical_address_alias": ["rationale", "scenario_ref"],
    "cut_change_set": ["rollback_key", "idempotency_key", "payload_summary", "rollback_reason", "scenario_ref"],
    "cut_change_set_affected_row": ["before_state_snapshot", "after_state_snapshot"],
    "decision_backlog_dependency": [],
    "decision_backlog_entry": ["payload", "scenario_ref"],
    "decision_backlog_history": ["change_diff", "rationale"],
    "decision_backlog_sweep_log": ["scenario_ref"],
    "dot_pair_signature": ["payload_hash", "signature_payload", "payload_envelope", "revocation_reason", "scenario_ref"],
    "manifest_envelope": ["reviewer"],
    "manifest_unit_block": ["source_span", "candidate_edges", "rationale", "content_hash"],
    "review_decision": ["findings", "reviewer_identity", "reviewer_independence_evidence"],
    "verify_result": ["verdict_rationale", "verify_meta", "scenario_ref"]}';
  ledger_table text;
  visible text;
BEGIN
  FOR ledger_table IN SELECT jsonb_object_keys(hidden) LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT visible
      FROM pg_attribute
     WHERE attrelid = format('cutter_governance.%I', ledger_table)::regclass AND attnum > 0 AND NOT attisdropped
       AND NOT hidden -> ledger_table ? attname;
    EXECUTE format('CREATE VIEW cutter_governance.%I AS SELECT %s FROM cutter_governance.%I',
                   'v_' || ledger_table || '_observe', visible, ledger_table);
    EXECUTE format('GRANT SELECT ON cutter_governance.%I TO cutter_ro', 'v_' || ledger_table || '_observe');
  END LOOP;
END
$$;

RESET ROLE;
