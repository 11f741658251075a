-- The existing system, part 2: the tables of schema public, owned by directus.
-- Column names, nullability and defaults of information_unit and unit_version are facts; the types of the seven later
-- columns of unit_version, and the columns of birth_registry, are chosen (docs/decisions/0101-substrate-silent-facts.md).
SET LOCAL ROLE directus;

CREATE TABLE public.information_unit (
  id                      uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  canonical_address       text        NOT NULL,
  unit_kind               text        NOT NULL,
  lifecycle_status        text        NOT NULL DEFAULT 'draft',
  content_anchor_ref      text,
  version_anchor_ref      uuid,
  owner_ref               text        NOT NULL,
  parent_or_container_ref uuid,
  conformance_status      text        NOT NULL DEFAULT 'open',
  identity_profile        jsonb       NOT NULL DEFAULT '{}',
  created_at              timestamptz NOT NULL DEFAULT now(),
  updated_at              timestamptz NOT NULL DEFAULT now(),
  created_by              text        NOT NULL,
  updated_by              text        NOT NULL,
  deleted_at              timestamptz,
  doc_code                text,
  section_type            text,
  section_code            text,
  sort_order              integer,
  CONSTRAINT information_unit_canonical_address_key UNIQUE (canonical_address)
);

CREATE TABLE public.unit_version (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  unit_id          uuid        NOT NULL REFERENCES public.information_unit (id),
  body             text        NOT NULL,
  content_hash     text        NOT NULL,
  version_seq      integer     NOT NULL,
  lifecycle_status text        NOT NULL DEFAULT 'draft',
  content_profile  jsonb       NOT NULL DEFAULT '{}',
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       text        NOT NULL,
  title            text,
  description      text,
  review_state     text,
  provenance       jsonb,
  editor           text,
  enacted_at       timestamptz,
  updated_at       timestamptz,
  CONSTRAINT uq_unit_version_seq UNIQUE (unit_id, version_seq)
);

ALTER TABLE public.information_unit
  ADD CONSTRAINT fk_iu_version_anchor FOREIGN KEY (version_anchor_ref) REFERENCES public.unit_version (id)
  DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX idx_iu_canonical_address ON public.information_unit (canonical_address);
CREATE INDEX idx_iu_unit_kind         ON public.information_unit (unit_kind);
CREATE INDEX idx_iu_lifecycle_status  ON public.information_unit (lifecycle_status);
CREATE INDEX idx_iu_parent            ON public.information_unit (parent_or_container_ref) WHERE parent_or_container_ref IS NOT NULL;
CREATE INDEX idx_iu_identity_profile  ON public.information_unit USING gin (identity_profile);
CREATE INDEX idx_uv_content_hash      ON public.unit_version (content_hash);
CREATE INDEX idx_uv_unit_id           ON public.unit_version (unit_id);

-- One row a birth. The address is not unique here: a reverted document is cut again under the same addresses.
CREATE TABLE public.birth_registry (
  birth_id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  unit_id           uuid        NOT NULL UNIQUE,
  canonical_address text        NOT NULL,
  unit_kind         text        NOT NULL,
  born_by           text        NOT NULL,
  born_at           timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.dot_config (
  key   text PRIMARY KEY,
  value text
);

CREATE TABLE public.iu_lifecycle_vocab (
  code        text    PRIMARY KEY,
  name        text    NOT NULL,
  description text,
  sort_order  integer NOT NULL,
  is_final    boolean NOT NULL DEFAULT false
);

-- review_decision_id and change_set_id are soft references: no foreign key crosses a schema in this database.
CREATE TABLE public.iu_lifecycle_log (
  log_id             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  unit_id            uuid        NOT NULL,
  version_id         uuid,
  canonical_address  text        NOT NULL,
  from_status        text        NOT NULL,
  to_status          text        NOT NULL,
  actor              text        NOT NULL,
  review_decision_id uuid,
  change_set_id      uuid,
  reason             text,
  tool_revision      text,
  logged_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_iu_lifecycle_log_unit ON public.iu_lifecycle_log (unit_id);

RESET ROLE;
