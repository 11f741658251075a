-- role: exec|verify|gate|backup
-- params: none
-- returns: many
-- Every approver set that was laid, oldest first, with the signatures of the set before it.
SELECT s.version, s.sha, s.bytes, s.signatures, s.at
  FROM cutter_runtime.approver_set s
 ORDER BY s.version
