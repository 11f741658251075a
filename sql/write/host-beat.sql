-- role: exec
-- params: $1 process text, $2 doing text, $3 release text, $4 key text
-- returns: one
-- A process says that it lives.
SELECT cutter_runtime.host_beat($1, $2, $3, $4)::text AS done
