-- role: exec|verify
-- params: $1 run_id text, $2 phase text
-- returns: one
-- The last statement before COMMIT: halt, revocation and times once more, and the server's own limit for what may still pass.
SELECT cutter_runtime.last_look($1, $2)::text AS done
