-- Another application in the same database, part 1: its roles and extensions. Only for sandbox and tests.
-- What a content management system, its plug-ins and a few years of administration leave in schema public of a real host.
-- Run by a superuser after the substrate. Roles belong to the cluster, so a second database finds them there.
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES
    ('cms_app',         'LOGIN CREATEDB'),
    ('cms_reader',      'NOLOGIN NOINHERIT'),
    ('Báo cáo "2024"',  'NOLOGIN BYPASSRLS'),
    ('cms_operations',  'LOGIN SUPERUSER')) AS known(name, attributes)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s', r.name, r.attributes);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- two databases of one cluster are loaded at the same moment
      END;
    END IF;
  END LOOP;
END $$;

GRANT cms_reader TO cms_app WITH ADMIN OPTION;
GRANT pg_monitor TO cms_operations;
GRANT CREATE, USAGE ON SCHEMA public TO cms_app;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO cms_app', current_database()); END $$;

-- Trusted ones, as a plug-in's installer makes them: the members belong to the cluster's superuser, the extension does not.
SET LOCAL ROLE cms_app;
CREATE EXTENSION "uuid-ossp" SCHEMA public;
CREATE EXTENSION pg_trgm SCHEMA public;
RESET ROLE;
-- The same made by a superuser: members and extension are one owner's.
SET LOCAL ROLE cms_operations;
CREATE EXTENSION citext SCHEMA public;
CREATE EXTENSION pgcrypto SCHEMA public;
CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION unaccent SCHEMA public;
CREATE EXTENSION btree_gist SCHEMA public;
CREATE EXTENSION ltree SCHEMA public;
RESET ROLE;
-- Those that only a superuser may make.
CREATE EXTENSION pg_stat_statements SCHEMA public;
CREATE EXTENSION postgres_fdw SCHEMA public;
CREATE EXTENSION dblink SCHEMA public;
CREATE EXTENSION earthdistance SCHEMA public CASCADE;
COMMENT ON EXTENSION pg_trgm IS 'search of the application';
REVOKE EXECUTE ON FUNCTION public.uuid_generate_v4() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.uuid_generate_v4() TO cms_reader;
REVOKE EXECUTE ON FUNCTION public.dblink(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.dblink_connect_u(text) TO cms_app;
GRANT SELECT ON public.pg_stat_statements TO cms_reader;
