-- role: exec
-- params: $1 batch_id text, $2 kind text, $3 reason text
-- returns: one
-- Closes the batch: done, failed or voided.
SELECT cutter_runtime.close_batch($1, $2, $3)::text AS done
