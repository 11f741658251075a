-- role: backup
-- params: $1 file_shas text[]
-- returns: many
-- Runs that rest on the backups with these digests: the runs of a wave share one file.
SELECT DISTINCT b.file_sha, b.run_id
  FROM cutter_runtime.backup_receipt b
 WHERE b.file_sha = ANY ($1)
 ORDER BY b.run_id, b.file_sha
