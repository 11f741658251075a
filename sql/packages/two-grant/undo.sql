-- role: admin
-- params: none
-- returns: none
-- Takes the two SELECTs back.
REVOKE SELECT ON cutter_governance.verify_result FROM cutter_exec;
REVOKE SELECT ON cutter_governance.cut_change_set_affected_row FROM cutter_exec;
