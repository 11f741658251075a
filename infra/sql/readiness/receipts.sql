-- role: admin
-- params: none
-- returns: many
-- The newest backup receipts with their proofs, newest first, and their age in minutes.
SELECT jsonb_build_object('look', 'receipt', 'run_id', b.run_id, 'attempt', b.attempt, 'recipient', b.recipient, 'file_sha', b.file_sha,
         'proof', b.proof, 'proof_sha', b.proof_sha, 'minutes', floor(extract(epoch FROM clock_timestamp() - b.at) / 60))
  FROM cutter_runtime.backup_receipt b
 ORDER BY b.at DESC
 LIMIT 5
