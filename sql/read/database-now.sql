-- role: exec|verify|gate|halt|backup
-- params: none
-- returns: one
-- The one clock that judges times.
SELECT pg_catalog.clock_timestamp() AS now
