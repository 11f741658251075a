-- role: exec|verify|gate|backup
-- params: $1 run_id text
-- returns: many
-- Every recorded phase of a run; a phase's record commits with its effect.
SELECT p.phase, p.epoch::text AS epoch, p.input_sha, p.output_sha, p.output, p.principal::text AS principal, p.xid::text AS xid, p.at
  FROM cutter_runtime.phase_done p
 WHERE p.run_id = $1
 ORDER BY p.at
