-- role: exec|verify|gate|backup
-- params: $1 run_id text
-- returns: many
-- Backup receipts of a run, newest first.
SELECT b.attempt, b.content_digests, b.content_digests_sha, b.file_sha, b.size_bytes::text AS size_bytes, b.recipient,
       b.proof, b.proof_sha, b.at, pg_catalog.clock_timestamp() AS now
  FROM cutter_runtime.backup_receipt b
 WHERE b.run_id = $1
 ORDER BY b.attempt DESC
