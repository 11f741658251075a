-- role: exec
-- params: $1 run_id text
-- returns: many
-- Every writing phase that other runs recorded since this run was opened or, where the backup is older, an hour and more before:
-- whose, over how many units, when its transaction began and when it was recorded. with_ledger: leg B was recorded before a revert.
SELECT r.document_id, d.run_id, d.phase, (p.output ->> 'candidate_count')::int AS units, d.began, d.at,
       EXISTS (SELECT FROM cutter_runtime.phase_done l WHERE l.run_id = d.run_id AND l.phase = 'leg_b_record') AS with_ledger
  FROM cutter_runtime.phase_done d
  JOIN cutter_runtime.run r ON r.run_id = d.run_id
  JOIN cutter_runtime.phase_done p ON p.run_id = d.run_id AND p.phase = 'cutplan'
  JOIN cutter_runtime.run me ON me.run_id = $1
 WHERE d.run_id <> $1 AND d.phase IN ('cut_leg_a', 'leg_b_record', 'write_verify', 'lifecycle_enact', 'revert')
   AND d.at > me.opened - interval '2 hours'
 ORDER BY d.at, d.run_id
