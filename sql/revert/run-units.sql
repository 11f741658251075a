-- role: exec
-- params: $1 run_id, $2 actor, $3 reason, $4 soft_status
-- returns: one
-- Sets the run's drafts aside and frees their addresses.
SELECT public.fn_iu_revert_run($1, $2, $3, $4) AS answer
