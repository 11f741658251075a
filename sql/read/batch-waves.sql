-- role: exec
-- params: $1 batch_id text
-- returns: many
-- Waves of a batch whose outcome is recorded.
SELECT w.wave, w.outcome_digest, w.outcome, w.at
  FROM cutter_runtime.batch_wave w
 WHERE w.batch_id = $1
 ORDER BY w.wave
