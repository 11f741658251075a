-- role: exec
-- params: $1 batch_id text, $2 document_id text, $3 last_stop text or null, $4 failed boolean, $5 quarantine text or null
-- returns: one
-- How a leg of the member ended; quarantine is the reason why the document is set aside.
SELECT cutter_runtime.note_member($1, $2, $3, $4, $5)::text AS done
