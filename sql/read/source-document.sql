-- role: exec
-- params: $1 document_id text
-- returns: many
-- The registered document with this prefix and its newest version by capture time.
SELECT d.source_document_id::text AS source_document_id, d.source_document_ref, d.address_docprefix, d.authority_class, d.status,
       v.source_version_id, v.version_label, v.content_checksum, v.status AS version_status, v.captured_at
  FROM cutter_governance.source_document_registry d
  LEFT JOIN LATERAL (
       SELECT s.source_version_id, s.version_label, s.content_checksum, s.status, s.captured_at
         FROM cutter_governance.source_document_version_registry s
        WHERE s.source_document_id = d.source_document_id
        ORDER BY s.captured_at DESC, s.source_version_id DESC
        LIMIT 1) v ON true
 WHERE d.address_docprefix = $1
