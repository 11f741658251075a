-- The existing system, part 1: roles and schemas. Only for sandbox and tests; never loaded into a real database.
-- Roles belong to the whole cluster, so a second database of the same cluster finds them there. No role gets a password
-- here: whoever starts the cluster sets them. What is known and what was chosen: docs/decisions/0101-substrate-silent-facts.md.

DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES
    ('workflow_admin',        'LOGIN SUPERUSER CREATEDB CREATEROLE'),
    ('directus',              'LOGIN NOSUPERUSER'),
    ('cutter_exec',           'LOGIN NOSUPERUSER CONNECTION LIMIT 2'),
    ('cutter_verify',         'LOGIN NOSUPERUSER CONNECTION LIMIT 2'),
    ('cutter_ro',             'NOLOGIN NOSUPERUSER'),
    ('context_pack_readonly', 'LOGIN NOSUPERUSER')) AS known(name, attributes)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s', r.name, r.attributes);
        IF r.name = 'context_pack_readonly' THEN
          -- Known: its transactions are read-only and a statement may last five seconds.
          ALTER ROLE context_pack_readonly SET default_transaction_read_only = on;
          ALTER ROLE context_pack_readonly SET statement_timeout = '5s';
        END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- two databases of one cluster are loaded at the same moment
      END;
    END IF;
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO workflow_admin', current_database());
END
$$;

GRANT CREATE, USAGE ON SCHEMA public TO directus;
CREATE SCHEMA cutter_governance AUTHORIZATION workflow_admin;
