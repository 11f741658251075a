-- role: exec
-- params: $1 document_ids text[]
-- returns: many
-- Of each registered document of the list its newest version, the open run or open batch that holds it, and whether a run enacted it.
SELECT d.address_docprefix AS document_id,
       (SELECT v.source_version_id FROM cutter_governance.source_document_version_registry v
         WHERE v.source_document_id = d.source_document_id ORDER BY v.captured_at DESC LIMIT 1) AS newest,
       coalesce((SELECT 'run ' || r.run_id FROM cutter_runtime.run r WHERE r.document_id = d.address_docprefix AND r.closed IS NULL),
                (SELECT 'batch ' || b.batch_id FROM cutter_runtime.batch b JOIN cutter_runtime.batch_member m ON m.batch_id = b.batch_id
                  WHERE m.document_id = d.address_docprefix AND b.closed IS NULL AND m.quarantined IS NULL LIMIT 1)) AS held_by,
       EXISTS (SELECT FROM cutter_runtime.run r WHERE r.document_id = d.address_docprefix AND r.close_kind = 'closeout') AS enacted
  FROM cutter_governance.source_document_registry d
 WHERE d.address_docprefix = ANY ($1)
