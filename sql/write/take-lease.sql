-- role: exec
-- params: $1 run_id text, $2 holder text, $3 gone_holder text or null
-- returns: one
-- Takes the run over from the named holder that is gone, or when the lease is free; waits for a transaction of the old holder to end.
SELECT cutter_runtime.take_lease($1, $2, $3)::text AS epoch
