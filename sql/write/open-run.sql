-- role: exec
-- params: $1 run_id text, $2 document_id text, $3 host text, $4 actor text, $5 release text, $6 holder text
-- returns: one
-- Opens the run and takes the lease of its document.
SELECT cutter_runtime.open_run($1, $2, $3, $4, $5, $6)::text AS epoch
