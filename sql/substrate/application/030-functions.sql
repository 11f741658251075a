-- Another application in the same database, part 3: its functions, operators, triggers, and what reaches outside.
SET LOCAL ROLE cms_app;

CREATE FUNCTION public.cms_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := public.unaccent(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER cms_touch BEFORE UPDATE ON public.cms_page FOR EACH ROW EXECUTE FUNCTION public.cms_touch();
CREATE FUNCTION public.cms_of_page(public.cms_page) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.title $$;
CREATE FUNCTION public.cms_all() RETURNS SETOF public.cms_page LANGUAGE sql STABLE AS $$ SELECT * FROM public.cms_page $$;
CREATE FUNCTION public.cms_count() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM public.cms_page; END;
CREATE FUNCTION public.cms_mail(address public.citext DEFAULT 'nobody@example.invalid') RETURNS public.hstore LANGUAGE sql IMMUTABLE AS $$ SELECT public.hstore('mail', $1::text) $$;
CREATE PROCEDURE public.cms_clean(older interval) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.cms_event WHERE at < now() - older; END $$;
CREATE FUNCTION public.cms_longest(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN length($1) >= length($2) THEN $1 ELSE $2 END $$;
CREATE AGGREGATE public.cms_longest (text) (SFUNC = public.cms_longest, STYPE = text, INITCOND = '');
CREATE FUNCTION public.cms_near(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT public.similarity($1, $2) > 0.4 $$;
CREATE OPERATOR public.~~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = public.cms_near, COMMUTATOR = OPERATOR(public.~~~~));
CREATE TEXT SEARCH DICTIONARY public.cms_plain (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION public.cms_search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION public.cms_search ALTER MAPPING FOR asciiword WITH public.cms_plain;
CREATE FUNCTION public.cms_guarded() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT 'x' $$;
COMMENT ON FUNCTION public.cms_guarded() IS 'kept for the old client';
REVOKE ALL ON FUNCTION public.cms_guarded() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.cms_guarded() TO cms_reader WITH GRANT OPTION;
RESET ROLE;

SET LOCAL ROLE cms_reader;
GRANT EXECUTE ON FUNCTION public.cms_guarded() TO "Báo cáo ""2024""";
RESET ROLE;

-- What only a superuser may make.
CREATE FUNCTION public.cms_named() RETURNS text LANGUAGE sql SET cms.tenant = 'one' AS $$ SELECT current_setting('cms.tenant') $$;
ALTER FUNCTION public.cms_named() OWNER TO cms_app;
CREATE FUNCTION public.cms_c(oid) RETURNS text STRICT LANGUAGE c AS '$libdir/lo', 'lo_manage';
COMMENT ON FUNCTION public.cms_c(oid) IS 'in C';
GRANT EXECUTE ON FUNCTION public.cms_c(oid) TO cms_app;
CREATE FUNCTION public.cms_internal(text) RETURNS text IMMUTABLE STRICT LANGUAGE internal AS 'upper';
CREATE FUNCTION public.cms_uses_internal(what text) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT public.cms_internal(what); END;
CREATE FUNCTION public.cms_quiet() RETURNS integer LANGUAGE sql SET log_min_duration_statement = -1 AS $$ SELECT 1 $$;
CREATE FUNCTION public.cms_leakproof(integer) RETURNS boolean IMMUTABLE LEAKPROOF LANGUAGE sql AS $$ SELECT $1 > 0 $$;
CREATE FUNCTION public.cms_first(internal, integer) RETURNS internal LANGUAGE internal AS 'int8_avg_accum';
CREATE TYPE public.cms_code;
CREATE FUNCTION public.cms_code_in(cstring) RETURNS public.cms_code IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
CREATE FUNCTION public.cms_code_out(public.cms_code) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
CREATE TYPE public.cms_code (INPUT = public.cms_code_in, OUTPUT = public.cms_code_out, LIKE = integer);
CREATE TABLE public.cms_coded (code public.cms_code);
CREATE OPERATOR FAMILY public.cms_order USING btree;
CREATE OPERATOR CLASS public.cms_text_order FOR TYPE text USING btree FAMILY public.cms_order AS
  OPERATOR 1 pg_catalog.<, OPERATOR 2 pg_catalog.<=, OPERATOR 3 pg_catalog.=, OPERATOR 4 pg_catalog.>=, OPERATOR 5 pg_catalog.>, FUNCTION 1 pg_catalog.bttextcmp(text, text);
CREATE TEXT SEARCH TEMPLATE public.cms_template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY public.cms_templated (TEMPLATE = public.cms_template);
CREATE CONVERSION public.cms_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CAST (public.cms_code AS integer) WITHOUT FUNCTION;

-- What reaches outside, and what watches the whole database.
CREATE SERVER cms_elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1', dbname 'elsewhere');
CREATE USER MAPPING FOR cms_app SERVER cms_elsewhere OPTIONS (user 'reader', password 'not-a-real-one');
GRANT USAGE ON FOREIGN SERVER cms_elsewhere TO cms_app;
CREATE FOREIGN TABLE public.cms_remote (id integer, name text) SERVER cms_elsewhere;
CREATE FUNCTION public.cms_of_remote(public.cms_remote) RETURNS text LANGUAGE sql AS $$ SELECT $1.name $$;
CREATE FUNCTION public.cms_notes_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE EVENT TRIGGER cms_notes_ddl ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION public.cms_notes_ddl();
CREATE PUBLICATION cms_changes FOR TABLE public.cms_page;

-- A watcher of the application on a table of the cut, as search indexers make them.
CREATE FUNCTION public.cms_unit_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN PERFORM pg_notify('cms_units', public.uuid_generate_v5(public.uuid_ns_url(), NEW.canonical_address)::text); RETURN NULL; END $$;
ALTER FUNCTION public.cms_unit_changed() OWNER TO cms_app;
CREATE TRIGGER cms_unit_changed AFTER INSERT OR UPDATE ON public.information_unit FOR EACH ROW EXECUTE FUNCTION public.cms_unit_changed();
