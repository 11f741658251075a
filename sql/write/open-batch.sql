-- role: exec
-- params: $1 batch_id text, $2 manifest jsonb, $3 manifest_sha text, $4 host text, $5 actor text, $6 release text, $7 members jsonb
-- returns: one
-- Opens the batch with its members; the same manifest a second time is nothing new.
SELECT cutter_runtime.open_batch($1, $2, $3, $4, $5, $6, $7)::text AS done
