-- role: exec|verify|gate|halt|backup
-- params: none
-- returns: one
-- The only clock that decides: the database's, in UTC with microseconds, and as text so that no driver rounds it.
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now
