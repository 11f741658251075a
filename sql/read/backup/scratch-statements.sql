-- role: admin
-- params: $1 roles jsonb (rows of read/backup/roles), $2 restorer text, $3 restorer_password text, $4 encoding text, $5 lc_collate text,
--   $6 lc_ctype text, $7 public_usage boolean, $8 schemas text[], $9 extensions jsonb (rows of read/backup/extensions), $10 parameters text[]
-- returns: many
-- Statements that turn an empty scratch server into one where a non-superuser restores with the original owners; run inside the scratch server only.
-- Stages 1 to 3 make roles, 4 the database, 5 to 999 prepare it, 1000 is behind the restore.
WITH role AS (
  SELECT * FROM pg_catalog.jsonb_to_recordset($1::jsonb)
         AS r (role text, inherit boolean, login boolean, bypass_rls boolean, connection_limit int, member_of text[], inherited text[], owner boolean)
), extension AS (
  SELECT e.value ->> 'extension' AS name, e.value ->> 'version' AS version, e.value ->> 'schema' AS schema, e.value ->> 'owner' AS owner, e.ordinality AS place
    FROM pg_catalog.jsonb_array_elements($9::jsonb) WITH ORDINALITY e
), parameter AS (
  SELECT (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(part), '.') FROM pg_catalog.regexp_split_to_table(p, '[.]') part) AS name FROM pg_catalog.unnest($10::text[]) p
)
SELECT s.stage, s.statement
  FROM (
    SELECT 1 AS stage, pg_catalog.format('CREATE ROLE %I NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION %s %s %s CONNECTION LIMIT %s', r.role,
             CASE WHEN r.inherit OR r.owner THEN 'INHERIT' ELSE 'NOINHERIT' END, CASE WHEN r.login THEN 'LOGIN' ELSE 'NOLOGIN' END,
             CASE WHEN r.bypass_rls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END, r.connection_limit) AS statement FROM role r
    UNION ALL SELECT 2, 'CREATE ROLE cutter_scratch_owner NOLOGIN'
    UNION ALL SELECT 2, pg_catalog.format('CREATE ROLE %I LOGIN NOSUPERUSER BYPASSRLS PASSWORD %L', $2::text, $3::text)
    -- A role does here what it does there, no more: an owner inherits for the time of the restore, and his memberships would keep that.
    UNION ALL SELECT 3, pg_catalog.format('GRANT %I TO %I', g, r.role)
             || CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 160000 AND r.inherited IS NOT NULL
                     THEN ' WITH INHERIT ' || CASE WHEN g = ANY (r.inherited) THEN 'TRUE' ELSE 'FALSE' END ELSE '' END
      FROM role r CROSS JOIN LATERAL pg_catalog.unnest(r.member_of) g
    UNION ALL SELECT 3, pg_catalog.format('GRANT %I, cutter_scratch_owner TO %I', r.role, $2::text) FROM role r WHERE r.owner
    UNION ALL SELECT 3, pg_catalog.format('GRANT cutter_scratch_owner TO %I', r.role) FROM role r WHERE r.owner
    UNION ALL SELECT 4, pg_catalog.format('CREATE DATABASE restored OWNER cutter_scratch_owner TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', $4::text, $5::text, $6::text)
    UNION ALL SELECT 5, 'DROP SCHEMA public'
    -- A superuser of the source may own objects in a schema of somebody else; here it needs the right to receive them.
    UNION ALL SELECT 5, pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT USAGE, CREATE ON SCHEMAS TO cutter_scratch_owner', $2::text)
    UNION ALL SELECT 5, pg_catalog.format('GRANT SET ON PARAMETER %s TO %I', p.name, $2::text) FROM parameter p
    -- Extensions come first, from the scripts of this installation and before anything restored is there: only then may their owner be a
    -- superuser, for one statement. Without extensions the dump makes its schemas itself.
    UNION ALL SELECT 6, pg_catalog.format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', x, $2::text)
      FROM pg_catalog.unnest($8::text[]) x WHERE EXISTS (SELECT FROM extension)
    UNION ALL SELECT 6 + e.place::int, pg_catalog.format('ALTER ROLE %1$I SUPERUSER; SET ROLE %1$I; CREATE EXTENSION %2$I SCHEMA %3$I VERSION %4$L; RESET ROLE; ALTER ROLE %1$I NOSUPERUSER',
             e.owner, e.name, e.schema, e.version) FROM extension e
    UNION ALL SELECT 1000, pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM cutter_scratch_owner', s) FROM pg_catalog.unnest($8::text[]) s
    UNION ALL SELECT 1000, pg_catalog.format('ALTER ROLE %I NOINHERIT', r.role) FROM role r WHERE r.owner AND NOT r.inherit
    UNION ALL SELECT 1000, pg_catalog.format('REVOKE cutter_scratch_owner FROM %I', r.role) FROM role r WHERE r.owner
    UNION ALL SELECT 1000, pg_catalog.format('REVOKE SET ON PARAMETER %s FROM %I', p.name, $2::text) FROM parameter p
    UNION ALL SELECT 1000, 'GRANT USAGE ON SCHEMA public TO PUBLIC' WHERE $7::boolean
  ) s
 ORDER BY s.stage, s.statement
