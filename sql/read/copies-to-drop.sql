-- role: backup
-- params: $1 run_ids text[]
-- returns: many
-- Digests of the backups of these runs that no open run rests on: the runs of a wave share one file.
SELECT DISTINCT b.file_sha
  FROM cutter_runtime.backup_receipt b
 WHERE b.run_id = ANY ($1)
   AND NOT EXISTS (SELECT FROM cutter_runtime.backup_receipt o JOIN cutter_runtime.run r ON r.run_id = o.run_id
                    WHERE o.file_sha = b.file_sha AND r.closed IS NULL)
 ORDER BY b.file_sha
