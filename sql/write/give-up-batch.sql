-- role: halt
-- params: $1 batch_id text, $2 reason text, $3 actor text
-- returns: one
-- Nothing of the batch begins any more; its runs are not halted.
SELECT cutter_runtime.give_up_batch($1, $2, $3)::text AS done
