-- role: halt
-- params: $1 run_id text, $2 actor text, $3 reason text, $4 soft_status text
-- returns: one
-- Records who orders a written run to be undone; cutter_exec reverts only in these words.
SELECT cutter_runtime.order_revert($1, $2, $3, $4)::text AS order_id
