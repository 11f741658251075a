-- role: halt
-- params: $1 halt_ids bigint[]
-- returns: many
-- The halts with these ids, whatever they hold and whether a lift has ended them.
SELECT h.halt_id::text AS halt_id, h.run_id,
       EXISTS (SELECT FROM cutter_runtime.halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts)) AS lifted
  FROM cutter_runtime.halt h
 WHERE h.kind = 'halt' AND h.halt_id = ANY ($1::bigint[])
 ORDER BY h.halt_id
