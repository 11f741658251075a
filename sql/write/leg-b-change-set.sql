-- role: exec
-- params: $1 change_set_id uuid, $2 rollback_key text, $3 idempotency_key text, $4 manifest_id uuid, $5 manifest_version text,
--   $6 review_decision_id uuid, $7 executor_tool_revision text, $8 executor_signature_id uuid, $9 affected_unit_count int,
--   $10 payload_summary jsonb, $11 scenario_ref text, $12 emitted_by text
-- returns: many
-- The change set of this cut; the verifier's revision is unknown at cut time.
INSERT INTO cutter_governance.cut_change_set
       (change_set_id, rollback_key, idempotency_key, manifest_id, manifest_version, review_decision_id, executor_tool_revision,
        verifier_tool_revision, emitted_by, executor_signature_id, state, affected_unit_count, payload_summary, scenario_ref,
        operation_kind, emitted_at, committed_at, canonicalization_rule_used, version, created_at)
VALUES ($1::uuid, $2, $3, $4::uuid, $5, $6::uuid, $7, 'pending', $12, $8::uuid, 'committed', $9::int, $10::jsonb, $11,
        'first_cut', pg_catalog.now(), pg_catalog.now(), 'canon-md-v0.1.0', 1, pg_catalog.now())
RETURNING change_set_id::text AS id
