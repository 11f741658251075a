-- role: exec|verify
-- params: $1 change_set_id uuid, $2 entry_id uuid
-- returns: many
-- The ledger rows of leg B, each as its whole row text; what the verifier and the enactment add is not among them.
SELECT 'change_set' AS kind, c::text AS fact, '' AS place
  FROM cutter_governance.cut_change_set c WHERE c.change_set_id = $1::uuid
UNION ALL
SELECT 'affected_row', r::text, pg_catalog.lpad(r.row_ordinal::text, 9, '0')
  FROM cutter_governance.cut_change_set_affected_row r WHERE r.change_set_id = $1::uuid
UNION ALL
SELECT 'envelope', e::text, ''
  FROM cutter_governance.manifest_envelope e WHERE e.cut_change_set_ref = $1::uuid
UNION ALL
SELECT 'block', b::text, pg_catalog.lpad(b.render_order::text, 9, '0')
  FROM cutter_governance.manifest_unit_block b
  JOIN cutter_governance.cut_change_set c ON c.manifest_id = b.envelope_id WHERE c.change_set_id = $1::uuid
UNION ALL
SELECT 'review', d::text, ''
  FROM cutter_governance.review_decision d
  JOIN cutter_governance.cut_change_set c ON c.review_decision_id = d.review_decision_id WHERE c.change_set_id = $1::uuid
UNION ALL
SELECT 'signature', s::text, ''
  FROM cutter_governance.dot_pair_signature s WHERE s.cross_reference_change_set_id = $1::uuid
UNION ALL
SELECT 'entry', n::text, ''
  FROM cutter_governance.decision_backlog_entry n WHERE n.entry_id = $2::uuid
UNION ALL
SELECT 'history', h::text, ''
  FROM cutter_governance.decision_backlog_history h WHERE h.entry_id = $2::uuid
