-- The existing system, part 11b: the other ten registries of cutter_governance. No cut reads them; they stand here so that
-- a backup, a restore and a look at the rights meet the schema as it is. Known: the ten names, workflow_admin as owner,
-- and the seed of 31 rows in eight tables (8 2 2 8 2 5 3 1). Chosen: every column, which table has which number (the
-- order in which the names are listed; the two that hold single cases, entity_reference_registry and authority_override,
-- stay empty), and the wording of the rows. Nobody but the owner has a right on them.
SET LOCAL ROLE workflow_admin;

CREATE TABLE cutter_governance.matcher_config_registry (
  matcher_id    text PRIMARY KEY,
  matcher_order integer NOT NULL UNIQUE,
  purpose       text NOT NULL,
  status        text NOT NULL
);

CREATE TABLE cutter_governance.address_template_registry (
  template_id      text PRIMARY KEY,
  template         text NOT NULL,
  level_separator  text NOT NULL,
  number_separator text NOT NULL
);

CREATE TABLE cutter_governance.grammar_profile (
  profile_id  text PRIMARY KEY,
  template_id text NOT NULL REFERENCES cutter_governance.address_template_registry,
  status      text NOT NULL
);

CREATE TABLE cutter_governance.grammar_profile_level (
  profile_id  text NOT NULL REFERENCES cutter_governance.grammar_profile,
  level_order integer NOT NULL,
  level_name  text NOT NULL,
  PRIMARY KEY (profile_id, level_order)
);

CREATE TABLE cutter_governance.grammar_profile_status_marker (
  profile_id       text NOT NULL REFERENCES cutter_governance.grammar_profile,
  marker           text NOT NULL,
  effective_status text NOT NULL,
  PRIMARY KEY (profile_id, marker)
);

CREATE TABLE cutter_governance.source_family_registry (
  family_id  text PRIMARY KEY,
  family     text NOT NULL,
  profile_id text REFERENCES cutter_governance.grammar_profile
);

CREATE TABLE cutter_governance.entity_kind_registry (
  entity_kind text PRIMARY KEY,
  description text NOT NULL
);

CREATE TABLE cutter_governance.entity_reference_registry (
  entity_reference_id uuid PRIMARY KEY,
  entity_kind         text NOT NULL REFERENCES cutter_governance.entity_kind_registry,
  reference           text NOT NULL,
  UNIQUE (entity_kind, reference)
);

CREATE TABLE cutter_governance.authority_override (
  override_id        uuid PRIMARY KEY,
  source_document_id uuid NOT NULL REFERENCES cutter_governance.source_document_registry,
  authority_class    text NOT NULL,
  reason             text NOT NULL
);

CREATE TABLE cutter_governance.metadata_key_registry (
  metadata_key text PRIMARY KEY,
  value_type   text NOT NULL
);

INSERT INTO cutter_governance.matcher_config_registry (matcher_id, matcher_order, purpose, status) VALUES
  -- The first six names are known from the Constitution's marking.
  ('zone_router', 1, 'chooses the zone of a line', 'active'),
  ('nguyen_tac', 2, 'opens a principle', 'active'),
  ('kien_truc_section', 3, 'opens a section of the architecture', 'active'),
  ('dieu', 4, 'opens an article', 'active'),
  ('status_marker_detector', 5, 'reads the status of a unit', 'active'),
  ('changelog_boundary_detector', 6, 'ends the text where its history begins', 'active'),
  ('chuong', 7, 'opens a chapter', 'planned'),
  ('khoan', 8, 'opens a clause', 'planned');

INSERT INTO cutter_governance.address_template_registry (template_id, template, level_separator, number_separator) VALUES
  ('docprefix-levels', '<DOCPREFIX>/<L1>-<L2>-…', '/', '-'),
  ('docprefix-articles', '<DOCPREFIX>/DIEU-<L1>', '/', '-');

INSERT INTO cutter_governance.grammar_profile (profile_id, template_id, status) VALUES
  ('icx-constitution', 'docprefix-levels', 'active'),
  ('vn-law', 'docprefix-articles', 'planned');

INSERT INTO cutter_governance.grammar_profile_level (profile_id, level_order, level_name) VALUES
  ('icx-constitution', 1, 'NGUYEN_TAC'), ('icx-constitution', 2, 'KIEN_TRUC_SECTION'), ('icx-constitution', 3, 'DIEU'),
  ('vn-law', 1, 'PHAN'), ('vn-law', 2, 'CHUONG'), ('vn-law', 3, 'MUC'), ('vn-law', 4, 'DIEU'), ('vn-law', 5, 'KHOAN');

INSERT INTO cutter_governance.grammar_profile_status_marker (profile_id, marker, effective_status) VALUES
  ('icx-constitution', 'BAN HÀNH', 'enacted'),
  ('icx-constitution', 'DỰ THẢO', 'draft');

INSERT INTO cutter_governance.source_family_registry (family_id, family, profile_id) VALUES
  ('constitution', 'constitution', 'icx-constitution'), ('law', 'law', 'vn-law'), ('code', 'code', 'vn-law'),
  ('decree', 'decree', 'vn-law'), ('internal-rule', 'internal rule', NULL);

INSERT INTO cutter_governance.entity_kind_registry (entity_kind, description) VALUES
  ('document', 'a source document'), ('unit', 'an information unit'), ('person', 'a person who decides');

INSERT INTO cutter_governance.metadata_key_registry (metadata_key, value_type) VALUES
  ('effective_from', 'date');

RESET ROLE;
