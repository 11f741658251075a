-- role: exec|verify
-- params: $1 change_set_id uuid
-- returns: one
-- The verdicts that stand on a change set (a second one is refused), those of them that pass under their own verifier's mark,
-- and all marks on any of them: its writers can add a mark and take none away.
SELECT pg_catalog.count(*)::int AS verdicts,
       pg_catalog.count(*) FILTER (WHERE v.verdict = 'pass' AND v.state = 'complete' AND EXISTS (
         SELECT FROM cutter_governance.dot_pair_signature s
          WHERE s.signature_id = v.verifier_signature_id AND s.signature_kind = 'verifier' AND s.cross_reference_verify_result_id = v.verify_result_id))::int AS signed,
       (SELECT pg_catalog.count(*)::int FROM cutter_governance.dot_pair_signature m
         WHERE m.cross_reference_verify_result_id IN (SELECT w.verify_result_id FROM cutter_governance.verify_result w WHERE w.change_set_id = $1::uuid)) AS marks
  FROM cutter_governance.verify_result v WHERE v.change_set_id = $1::uuid
