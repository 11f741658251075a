-- role: exec
-- params: $1 run_id text
-- returns: none
-- Held to the end of the transaction by the one process that extends runs-index.jsonl; a killed process leaves no lock behind.
SELECT cutter_runtime.lock_runs_index($1)
