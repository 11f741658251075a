-- role: exec|verify|gate|backup
-- params: none
-- returns: many
-- Every approver set that was laid, oldest first, with the signatures of the set before it and the keys that were revoked before it was laid.
SELECT s.version, s.sha, s.bytes, s.signatures, s.at,
       ARRAY(SELECT v.value FROM cutter_runtime.revocation v WHERE v.kind = 'key' AND v.at < s.at) AS revoked
  FROM cutter_runtime.approver_set s
 ORDER BY s.version
