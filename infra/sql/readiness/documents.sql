-- role: admin
-- params: none
-- returns: many
-- Every registered document with its newest version, and how many units stand at its addresses.
SELECT jsonb_build_object('look', 'document', 'document_id', d.address_docprefix,
         'registry', jsonb_build_object('source_document_id', d.source_document_id, 'source_document_ref', d.source_document_ref,
           'authority_class', d.authority_class, 'status', d.status, 'source_version_id', v.source_version_id,
           'version_label', v.version_label, 'content_checksum', v.content_checksum, 'captured_at', v.captured_at),
         'units', (SELECT count(*) FROM public.information_unit u
                    WHERE split_part(u.canonical_address, '/', 1) = d.address_docprefix AND position('~reverted~' IN u.canonical_address) = 0))
  FROM cutter_governance.source_document_registry d
  LEFT JOIN LATERAL (SELECT n.source_version_id, n.version_label, n.content_checksum, n.captured_at
                       FROM cutter_governance.source_document_version_registry n
                      WHERE n.source_document_id = d.source_document_id
                      ORDER BY n.captured_at DESC LIMIT 1) AS v ON true
 ORDER BY d.address_docprefix COLLATE "C"
