-- role: admin
-- params: $1 stage text (database to drop)
-- returns: many
-- Statements that leave nothing of one stage; run inside a scratch server only.
SELECT pg_catalog.format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text) AS statement
