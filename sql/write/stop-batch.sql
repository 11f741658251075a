-- role: halt
-- params: $1 batch_id text, $2 reason text, $3 actor text
-- returns: one
-- A halt for every open run of the batch; answers the halts.
SELECT cutter_runtime.stop_batch($1, $2, $3)::text[] AS halt_ids
