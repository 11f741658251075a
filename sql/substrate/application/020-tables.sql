-- Another application in the same database, part 2: its types, tables and what hangs on them.
GRANT SELECT, REFERENCES ON public.information_unit TO cms_app;
SET LOCAL ROLE cms_app;

CREATE TYPE public.cms_state AS ENUM ('draft', 'published');
CREATE DOMAIN public.cms_slug AS public.citext CHECK (VALUE ~ '^[a-z0-9-]+$');
CREATE TYPE public.cms_period AS RANGE (subtype = timestamptz);
CREATE COLLATION public.cms_sort (provider = icu, locale = 'vi-VN');

CREATE TABLE public.cms_user (
  id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  mail   public.citext NOT NULL UNIQUE,
  kept   public.hstore,
  secret bytea DEFAULT public.gen_random_bytes(8)
);
CREATE TABLE public.cms_page (
  number serial PRIMARY KEY,
  slug   public.cms_slug NOT NULL,
  title  text COLLATE public.cms_sort,
  state  public.cms_state NOT NULL DEFAULT 'draft',
  author uuid REFERENCES public.cms_user,
  -- The other way round: an application table that refers to a table of the cut.
  unit   uuid REFERENCES public.information_unit (id),
  shown  public.cms_period,
  path   public.ltree,
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(title, ''))) STORED,
  EXCLUDE USING gist (number WITH =, shown WITH &&)
);
CREATE INDEX cms_page_title ON public.cms_page USING gin (title public.gin_trgm_ops);
CREATE STATISTICS public.cms_page_numbers (dependencies) ON state, author FROM public.cms_page;
CREATE TABLE public.cms_event (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE public.cms_event_2024 PARTITION OF public.cms_event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.cms_page_old (retired date) INHERITS (public.cms_page);
CREATE UNLOGGED TABLE public.cms_cache (key text PRIMARY KEY, value jsonb);
CREATE SEQUENCE public.cms_ticket OWNED BY public.cms_cache.key;
ALTER TABLE public.cms_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY cms_own ON public.cms_user USING (mail = CURRENT_USER::public.citext);
CREATE RULE cms_keep AS ON DELETE TO public.cms_page DO INSTEAD NOTHING;

CREATE VIEW public.cms_published AS
  SELECT p.number, p.title, u.mail, i.canonical_address
    FROM public.cms_page p JOIN public.cms_user u ON u.id = p.author LEFT JOIN public.information_unit i ON i.id = p.unit
   WHERE p.state = 'published';
CREATE MATERIALIZED VIEW public.cms_words AS SELECT word, ndoc FROM ts_stat('SELECT search FROM public.cms_page') WITH NO DATA;
-- A composite and a domain over the row type of a table that no backup of the cut carries.
CREATE TYPE public.cms_pair AS (page public.cms_page, author public.cms_user);
CREATE DOMAIN public.cms_some_page AS public.cms_page CHECK ((VALUE).number > 0);

INSERT INTO public.cms_user (mail) VALUES ('an@example.invalid'), ('binh@example.invalid');
INSERT INTO public.cms_page (slug, title, author, unit, path)
  SELECT 'page-' || n, 'Trang ' || n, (SELECT id FROM public.cms_user ORDER BY mail LIMIT 1), (SELECT id FROM public.information_unit ORDER BY canonical_address LIMIT 1), 'a.b'
    FROM generate_series(1, 5) n;
GRANT SELECT ON public.cms_page TO cms_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE cms_app IN SCHEMA public GRANT SELECT ON TABLES TO cms_reader;
RESET ROLE;

-- A grant by somebody who is not the owner.
SET LOCAL ROLE cms_reader;
GRANT SELECT ON public.cms_page TO "Báo cáo ""2024""";
RESET ROLE;
