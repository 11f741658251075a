-- role: admin
-- params: $1 stage text (database to make), $2 source text (restored database), $3 roles text[], $4 password text
-- returns: many
-- Statements that make one more database of the restored one and let the cutter's roles in; run inside a scratch server only.
SELECT s.statement
  FROM (
    SELECT 1 AS stage, pg_catalog.format('ALTER ROLE %I PASSWORD %L', r.role, $4::text) AS statement FROM pg_catalog.unnest($3::text[]) AS r (role)
    UNION ALL SELECT 2, pg_catalog.format('CREATE DATABASE %I OWNER cutter_scratch_owner TEMPLATE %I', $1::text, $2::text)
  ) s
 ORDER BY s.stage, s.statement
