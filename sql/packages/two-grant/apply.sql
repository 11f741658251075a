-- role: admin
-- params: none
-- returns: none
-- The two SELECTs the recorder needs to read back what it wrote; granting them again changes nothing.
GRANT SELECT ON cutter_governance.verify_result TO cutter_exec;
GRANT SELECT ON cutter_governance.cut_change_set_affected_row TO cutter_exec;
