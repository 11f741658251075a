-- role: exec
-- params: $1 run_id, $2 document_id, $3 host, $4 actor, $5 release, $6 holder (text)
-- returns: one
-- Opens the run and takes the lease of its document.
SELECT cutter_runtime.open_run($1, $2, $3, $4, $5, $6)::text AS epoch
