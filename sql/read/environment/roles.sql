-- role: exec|verify
-- params: $1 scope jsonb
-- returns: many
-- Attributes of the relevant roles, and every role that is above all checks (superuser, bypassrls, replication).
SELECT 'role attribute' AS kind, r.rolname || ' ' || fact.name AS identity, fact.value AS value
FROM pg_roles AS r, LATERAL (VALUES
  ('superuser', r.rolsuper::text), ('login', r.rolcanlogin::text), ('inherit', r.rolinherit::text),
  ('createrole', r.rolcreaterole::text), ('createdb', r.rolcreatedb::text), ('replication', r.rolreplication::text),
  ('bypassrls', r.rolbypassrls::text), ('connection limit', r.rolconnlimit::text),
  ('valid until', coalesce(to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'for ever'))) AS fact(name, value)
WHERE r.rolname IN (SELECT jsonb_array_elements_text($1::jsonb -> 'roles'))
UNION ALL
SELECT 'power', r.rolname || ' ' || fact.name, 'yes'
FROM pg_roles AS r, LATERAL (VALUES
  ('is superuser', r.rolsuper), ('bypasses row security', r.rolbypassrls), ('may replicate', r.rolreplication)) AS fact(name, holds)
WHERE fact.holds
