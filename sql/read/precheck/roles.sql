-- role: exec|verify|backup
-- params: $1 roles text[]
-- returns: many
-- For each role that must exist: whether it does, may log in, how many connections it is allowed and how many are open now.
SELECT wanted.name AS role,
       r.oid IS NOT NULL AS present,
       coalesce(r.rolcanlogin, false) AS can_login,
       coalesce(r.rolsuper, false) AS superuser,
       coalesce(r.rolvaliduntil < clock_timestamp(), false) AS password_expired,
       coalesce(r.rolconnlimit, 0) AS connection_limit,
       (SELECT count(*)::int FROM pg_stat_activity AS a WHERE a.usesysid = r.oid) AS connections
FROM unnest($1::text[]) AS wanted(name) LEFT JOIN pg_roles AS r ON r.rolname = wanted.name
ORDER BY wanted.name COLLATE "C"
