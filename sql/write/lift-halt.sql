-- role: gate
-- params: $1 halt_ids bigint[], $2 statement bytea, $3 signature bytea, $4 person text
-- returns: one
-- Ends the named halts by a verified UNHALT.
SELECT cutter_runtime.lift_halt($1::bigint[], $2::bytea, $3::bytea, $4)::text AS halt_id
