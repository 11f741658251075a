-- role: exec
-- params: $1 document_id text
-- returns: many
-- The units of a document as they stand, each by the digests of its title and body; those a revert moved aside are left out. With
-- the version that the newest closed-out run cut.
SELECT u.canonical_address AS address, u.lifecycle_status, v.content_hash,
       pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(u.identity_profile ->> 'title', ''), 'UTF8')), 'hex') AS title_sha,
       (SELECT r.source_version_id FROM cutter_runtime.run r
         WHERE r.document_id = $1 AND r.close_kind = 'closeout' ORDER BY r.closed DESC LIMIT 1) AS source_version_id
  FROM public.information_unit u JOIN public.unit_version v ON v.id = u.version_anchor_ref
 WHERE pg_catalog.starts_with(u.canonical_address, $1 || '/')
   AND pg_catalog.right(u.canonical_address, 46) <> '~reverted~' || u.id::text
 ORDER BY u.canonical_address COLLATE "C"
