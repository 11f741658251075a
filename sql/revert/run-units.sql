-- role: exec
-- params: $1 run_id text, $2 actor text, $3 reason text, $4 soft_status text
-- returns: one
-- Sets the run's drafts aside and frees their addresses.
SELECT public.fn_iu_revert_run($1, $2, $3, $4) AS answer
