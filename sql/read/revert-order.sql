-- role: exec|verify
-- params: $1 run_id text
-- returns: many
-- The newest order to revert a run.
SELECT o.order_id::text AS order_id, o.actor, o.reason, o.soft_status, o.at
  FROM cutter_runtime.revert_order o
 WHERE o.run_id = $1
 ORDER BY o.order_id DESC
 LIMIT 1
