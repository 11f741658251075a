-- role: verify
-- params: $1 verify_result_id uuid, $2 change_set_id uuid, $3 manifest_id uuid, $4 manifest_version text, $5 review_decision_id uuid,
--   $6 executor_signature_id uuid, $7 verifier_signature_id uuid, $8 executor_tool_revision text, $9 verifier_tool_revision text,
--   $10 verify_meta jsonb, $11 unit_count int, $12 scenario_ref text, $13 axis_2_detail jsonb
-- returns: many
-- The verifier's verdict. tool_revision_match false says that two lanes judged, as the ledger has always recorded it.
INSERT INTO cutter_governance.verify_result
       (verify_result_id, change_set_id, manifest_id, manifest_version, review_decision_id, executor_signature_id, verifier_signature_id,
        executor_tool_revision, verifier_tool_revision, tool_revision_match, verify_kind, axis_1_status, axis_2_status, verdict,
        verdict_rationale, state, canonicalization_rule_used, axis_2_detail, verify_meta, verified_unit_count, mismatch_count, verified_by,
        verified_at, scenario_ref, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::uuid, $6::uuid, $7::uuid, $8, $9, $8 = $9, 'axis_1_round_trip', 'pass', 'pass', 'pass',
        'every row equals the plan; the document is rebuilt from the stored bodies byte for byte', 'complete', 'canon-md-v0.1.0',
        $13::jsonb, $10::jsonb, $11::int, 0, session_user::text, pg_catalog.now(), $12, pg_catalog.now())
RETURNING verify_result_id::text AS id
