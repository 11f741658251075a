-- role: exec
-- params: $1 host text
-- returns: many
-- Every closed run of a host with the head of its journal, in the order in which they were closed: what runs-index.jsonl is made of.
SELECT r.run_id, r.document_id, r.close_kind, coalesce(r.close_reason, '') AS reason, r.release,
       (SELECT j.entry_sha FROM cutter_runtime.journal j WHERE j.run_id = r.run_id ORDER BY j.seq DESC LIMIT 1) AS journal_head
  FROM cutter_runtime.run r
 WHERE r.host = $1 AND r.closed IS NOT NULL
 ORDER BY r.closed, r.run_id
