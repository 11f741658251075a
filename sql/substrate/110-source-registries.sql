-- The existing system, part 11: the two source registries a cut reads; the other ten are part 11b and the observe views
-- part 15. Known: names, address_docprefix UNIQUE, content_checksum UNIQUE a document,
-- and the Constitution's two rows; the columns are chosen (docs/decisions/0101-substrate-silent-facts.md).
SET LOCAL ROLE workflow_admin;

CREATE TABLE cutter_governance.source_document_registry (
  source_document_id  uuid PRIMARY KEY,
  source_document_ref text NOT NULL UNIQUE,
  address_docprefix   text NOT NULL UNIQUE,
  authority_class     text NOT NULL,
  status              text NOT NULL
);

CREATE TABLE cutter_governance.source_document_version_registry (
  source_version_id  text PRIMARY KEY,
  source_document_id uuid NOT NULL REFERENCES cutter_governance.source_document_registry,
  version_label      text NOT NULL,
  content_checksum   text NOT NULL,
  status             text NOT NULL,
  captured_at        timestamptz NOT NULL,
  UNIQUE (source_document_id, content_checksum)
);

INSERT INTO cutter_governance.source_document_registry VALUES
  ('5b0e0d0a-6c1f-4b57-9f0e-2d1c66a3e101', 'incomex-constitution', 'ICX-CONST', 'authoritative', 'active');
INSERT INTO cutter_governance.source_document_version_registry VALUES
  ('icxconst-008a06ace23a96ea6cd456146e805c97', '5b0e0d0a-6c1f-4b57-9f0e-2d1c66a3e101', 'v4.6.3 BAN HÀNH',
   '17660443e0f23e994e1807cf8e22920951a9e70c598956dbd0e752f4f5cae80c', 'snapshot_captured', '2026-05-18 00:00:00+00');

RESET ROLE;
