-- role: exec|verify|gate|halt
-- params: $1 run_id text or null
-- returns: many
-- Halts in force for a run: its own and the general ones that no lift names.
SELECT h.halt_id::text AS halt_id, h.run_id, h.reason, h.actor, h.at
  FROM cutter_runtime.halt h
 WHERE h.kind = 'halt' AND (h.run_id IS NULL OR h.run_id = $1)
   AND NOT EXISTS (SELECT FROM cutter_runtime.halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts))
 ORDER BY h.halt_id
