-- The existing system, part 14: the ledger of the one-row trial of 1970 and of the Constitution cut, then the enactment
-- of its sixty units: 2 change sets, 3 review decisions, 2 verify results, 60 log rows. Ids of the second cut are facts
-- where they are known in full. Signatures are stubs and say so.
SET LOCAL ROLE workflow_admin;

INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at, scenario_ref) VALUES
  ('00000000-0000-4000-8000-000000000e01', 'cut_recorded', 'closed', '{"units": 1}', '1970-01-01 00:00:00+00', 'v0.4-trial'),
  ('c0000000-0000-4000-8000-000000000e02', 'cut_recorded', 'closed', '{"units": 60}', '2026-05-20 05:18:20+00',
   'v0.5-first-controlled-canonical-cut');
INSERT INTO cutter_governance.decision_backlog_history (history_id, entry_id, entry_version_before, entry_version_after,
  change_kind, change_diff, changed_by, changed_at, rationale)
SELECT (CASE scenario_ref WHEN 'v0.4-trial' THEN '0' ELSE 'c' END || '0000000-0000-4000-8000-000000000f01')::uuid, entry_id,
       0, 1, 'created', '{}', 'cutter_exec', emitted_at, scenario_ref
  FROM cutter_governance.decision_backlog_entry;

INSERT INTO cutter_governance.manifest_envelope (envelope_id, operation_kind, status, source_doc_ref, cut_change_set_ref,
  created_by, created_at, reviewer, manifest_version) VALUES
  ('00000000-0000-4000-8000-000000000a01', 'first_cut', 'cut', 'v0.4-trial', '00000000-0000-4000-8000-000000000c01',
   'cutter_exec', '1970-01-01 00:00:00+00', 'GPT/User', 'v0.4-trial'),
  ('638cf363-f45a-4bb3-b9bb-928c5e24c15b', 'first_cut', 'cut', 'icxconst-008a06ace23a96ea6cd456146e805c97',
   '456c6830-a747-4b53-ac2f-665e25e12cd0', 'cutter_exec', '2026-05-20 05:18:20+00', 'GPT/User',
   'd99a31d4a4be907c510ae15965e9f7bb3387e9e28676e9f32adf463828b1aa28');

INSERT INTO cutter_governance.manifest_unit_block (envelope_id, unit_local_id, block_role, source_span, render_order,
  proposed_canonical_address, proposed_authority, proposed_unit_kind, proposed_section_type, content_hash)
SELECT '638cf363-f45a-4bb3-b9bb-928c5e24c15b', 'u' || ord, 'result', jsonb_build_object('line_start', ord * 5, 'line_end', ord * 5 + 4),
       ord, canonical_address, 'authoritative', unit_kind, section_type, content_hash
  FROM (SELECT row_number() OVER (ORDER BY canonical_address COLLATE "C")::int AS ord, u.canonical_address, u.unit_kind,
               u.section_type, v.content_hash
          FROM public.information_unit u JOIN public.unit_version v ON v.id = u.version_anchor_ref
         WHERE u.doc_code = 'ICX-CONST') AS unit;
INSERT INTO cutter_governance.manifest_unit_block (envelope_id, unit_local_id, block_role, source_span, render_order) VALUES
  ('00000000-0000-4000-8000-000000000a01', 'u1', 'result', '{"line_start": 1, "line_end": 1}', 1);

INSERT INTO cutter_governance.review_decision (review_decision_id, governance_event_kind, manifest_id, manifest_version,
  review_scope, status, verdict, findings, reviewer_class, reviewer_identity, risk_class_assessment, decision_at, decided_by,
  cross_signed_by_dot_verifier, prior_review_decision_id, cut_change_set_ref, tool_revision, version, created_at, updated_at)
SELECT id, kind, envelope, e.manifest_version, scope, 'decided', 'approve', '[]', 'sovereign', 'GPT/User', 'low', at, 'GPT/User',
       false, prior, change_set, 'f20c79c', 1, at, at
  FROM (VALUES
    ('00000000-0000-4000-8000-000000000b01'::uuid, 'cut_trial', '00000000-0000-4000-8000-000000000a01'::uuid, 'manifest',
     '1970-01-01 00:00:00+00'::timestamptz, NULL::uuid, '00000000-0000-4000-8000-000000000c01'::uuid),
    ('29c88a7b-60f7-41bd-af45-43cc9b9f41c0', 'cut_first_controlled_canonical', '638cf363-f45a-4bb3-b9bb-928c5e24c15b', 'manifest',
     '2026-05-20 05:18:20+00', NULL, '456c6830-a747-4b53-ac2f-665e25e12cd0'),
    ('af323ae3-39a5-4958-95b8-5acfba8f6984', 'lifecycle_phase7_enactment', '638cf363-f45a-4bb3-b9bb-928c5e24c15b',
     'phase7_lifecycle_enactment:ICX-CONST', '2026-05-20 12:00:00+00', '29c88a7b-60f7-41bd-af45-43cc9b9f41c0',
     '456c6830-a747-4b53-ac2f-665e25e12cd0')) AS known(id, kind, envelope, scope, at, prior, change_set)
  JOIN cutter_governance.manifest_envelope e ON e.envelope_id = known.envelope
 ORDER BY at;

INSERT INTO cutter_governance.dot_pair_signature (signature_id, signature_kind, signer_dot_id, signer_identity,
  signer_tool_revision, payload_hash, signature_payload, cross_reference_change_set_id, cross_reference_verify_result_id,
  signature_scheme, signed_at)
SELECT id, kind, dot, who, revision, public.fn_content_hash(id::text), '{"scheme": "stub"}', change_set, verify, 'stub', at
  FROM (VALUES
    ('00000000-0000-4000-8000-000000000d01'::uuid, 'executor', 'DOT-991', 'stub-exec-identity', 'e93424b',
     '00000000-0000-4000-8000-000000000c01'::uuid, NULL::uuid, '1970-01-01 00:00:00+00'::timestamptz),
    ('00000000-0000-4000-8000-000000000d02', 'verifier', 'DOT-992', 'stub-verify-identity', 'e93424b-verify',
     NULL, '00000000-0000-4000-8000-000000000901', '1970-01-01 00:00:00+00'),
    ('3a249063-0000-4000-8000-000000000d03', 'executor', 'DOT-991', 'stub-exec-identity', 'f20c79c',
     '456c6830-a747-4b53-ac2f-665e25e12cd0', NULL, '2026-05-20 05:18:20+00'),
    ('f5c3ee34-0000-4000-8000-000000000d04', 'verifier', 'DOT-992', 'stub-verify-identity', 'f20c79c-verify',
     NULL, '18278460-438c-4fb4-bf9c-997c82447f92', '2026-05-20 06:03:30+00')
  ) AS known(id, kind, dot, who, revision, change_set, verify, at);

INSERT INTO cutter_governance.cut_change_set (change_set_id, rollback_key, idempotency_key, manifest_id, manifest_version,
  review_decision_id, executor_tool_revision, verifier_tool_revision, emitted_by, executor_signature_id, state,
  affected_unit_count, payload_summary, scenario_ref, operation_kind, emitted_at, committed_at, version, created_at)
SELECT change_set, 'rbk:canonical:' || slug || ':' || left(e.manifest_version, 16) || ':' || change_set,
       'ick:canonical:' || slug || ':' || e.manifest_version, e.envelope_id, e.manifest_version, review, revision, 'pending',
       'cutter_exec/DOT-991/' || emitter, signature, 'committed', units, jsonb_build_object('units', units), scenario, 'first_cut',
       e.created_at, e.created_at, 1, e.created_at
  FROM (VALUES
    ('00000000-0000-4000-8000-000000000c01'::uuid, 'trial', '00000000-0000-4000-8000-000000000b01'::uuid, 'e93424b', 'trial',
     '00000000-0000-4000-8000-000000000d01'::uuid, 1, 'v0.4-trial'),
    ('456c6830-a747-4b53-ac2f-665e25e12cd0', 'constitution-first', '29c88a7b-60f7-41bd-af45-43cc9b9f41c0', 'f20c79c',
     'constitution-cut', '3a249063-0000-4000-8000-000000000d03', 60, 'v0.5-first-controlled-canonical-cut')
  ) AS known(change_set, slug, review, revision, emitter, signature, units, scenario)
  JOIN cutter_governance.manifest_envelope e ON e.cut_change_set_ref = known.change_set;

INSERT INTO cutter_governance.cut_change_set_affected_row (affected_row_id, change_set_id, target_table, target_row_id,
  operation_kind, after_state_snapshot, row_ordinal)
SELECT gen_random_uuid(), '456c6830-a747-4b53-ac2f-665e25e12cd0', 'public.information_unit', u.id, 'insert',
       jsonb_build_object('canonical_address', u.canonical_address, 'lifecycle_status', u.lifecycle_status), b.render_order
  FROM public.information_unit u JOIN cutter_governance.manifest_unit_block b ON b.proposed_canonical_address = u.canonical_address;
-- The trial's unit no longer exists; its affected row still names it.
INSERT INTO cutter_governance.cut_change_set_affected_row (affected_row_id, change_set_id, target_table, target_row_id,
  operation_kind, row_ordinal) VALUES
  ('00000000-0000-4000-8000-000000000801', '00000000-0000-4000-8000-000000000c01', 'public.information_unit',
   '00000000-0000-4000-8000-000000000701', 'insert', 1);

INSERT INTO cutter_governance.verify_result (verify_result_id, change_set_id, manifest_id, manifest_version, review_decision_id,
  executor_signature_id, verifier_signature_id, executor_tool_revision, verifier_tool_revision, tool_revision_match,
  verify_kind, axis_1_status, axis_2_status, verdict, state, canonicalization_rule_used, verify_meta, verified_unit_count,
  mismatch_count, verified_by, verified_at, scenario_ref, created_at)
SELECT known.id, c.change_set_id, c.manifest_id, c.manifest_version, c.review_decision_id, c.executor_signature_id, s.signature_id,
       c.executor_tool_revision, s.signer_tool_revision, false, 'axis_1_round_trip', 'pass', 'not_run', 'pass', 'complete',
       'canon-md-v0.1.0', jsonb_build_object('unit_count', c.affected_unit_count), c.affected_unit_count, 0, 'cutter_verify',
       s.signed_at, c.scenario_ref, s.signed_at
  FROM (VALUES ('00000000-0000-4000-8000-000000000901'::uuid, '00000000-0000-4000-8000-000000000c01'::uuid),
               ('18278460-438c-4fb4-bf9c-997c82447f92', '456c6830-a747-4b53-ac2f-665e25e12cd0')) AS known(id, change_set)
  JOIN cutter_governance.cut_change_set c ON c.change_set_id = known.change_set
  JOIN cutter_governance.dot_pair_signature s ON s.cross_reference_verify_result_id = known.id;

SELECT public.fn_iu_enact(canonical_address, 'cutter_exec/DOT-991', 'af323ae3-39a5-4958-95b8-5acfba8f6984', 'enacted',
         '456c6830-a747-4b53-ac2f-665e25e12cd0', 'phase 7', '1cd286e')
  FROM public.information_unit WHERE doc_code = 'ICX-CONST' ORDER BY canonical_address COLLATE "C";

RESET ROLE;
