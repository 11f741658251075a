-- role: exec
-- params: $1 batch_id text, $2 document_id text, $3 run_id text
-- returns: one
-- The run of a member: the one in force, or the offered one.
SELECT cutter_runtime.assign_member($1, $2, $3) AS run_id
