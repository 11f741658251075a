-- role: admin
-- params: none
-- returns: none
-- Removes the engine's tables with every leg in them. What was cut, and what is to be cut, stands in cutter_runtime.
DROP SCHEMA dbos CASCADE;
