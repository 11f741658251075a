-- role: exec
-- params: $1 review_decision_id uuid, $2 event_kind text, $3 manifest_id uuid, $4 manifest_version text, $5 review_scope text,
--   $6 verdict text, $7 findings jsonb, $8 reviewer_identity text, $9 decision_at timestamptz, $10 decided_by text,
--   $11 prior uuid or null, $12 change_set_id uuid, $13 tool_revision text, $14 scenario_ref text, $15 independence jsonb
-- returns: many
-- A review decision of this run: no. 1 with leg B, no. 2 with the enactment, or the compensating one of a revert.
INSERT INTO cutter_governance.review_decision
       (review_decision_id, governance_event_kind, manifest_id, manifest_version, review_scope, status, verdict, findings,
        reviewer_class, reviewer_identity, reviewer_independence_evidence, risk_class_assessment, decision_at, decided_by,
        cross_signed_by_dot_verifier, prior_review_decision_id, cut_change_set_ref, tool_revision, version, created_at, updated_at, scenario_ref)
VALUES ($1::uuid, $2, $3::uuid, $4, $5, 'decided', $6, $7::jsonb,
        'approver', $8, $15::jsonb, 'non_authoritative_target', $9::timestamptz, $10,
        false, $11::uuid, $12::uuid, $13, 1, pg_catalog.now(), pg_catalog.now(), $14)
RETURNING review_decision_id::text AS id
