-- role: exec
-- params: $1 envelope_id uuid, $2 source_doc_ref text, $3 change_set_id uuid, $4 created_by text, $5 reviewer text,
--   $6 manifest_version text, $7 manifest_digest text
-- returns: many
-- The manifest of this cut; manifest_version holds the writer digest.
INSERT INTO cutter_governance.manifest_envelope
       (envelope_id, operation_kind, status, source_doc_ref, cut_change_set_ref, created_by, created_at, reviewer, manifest_version, manifest_digest)
VALUES ($1::uuid, 'first_cut', 'cut', $2, $3::uuid, $4, pg_catalog.now(), $5, $6, $7)
RETURNING envelope_id::text AS id
