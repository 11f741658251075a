-- role: exec|verify
-- params: $1 document_id text
-- returns: many
-- Every unit address that stands under a document now; units a revert moved aside carry their suffix and are left out.
SELECT u.canonical_address AS address, u.lifecycle_status
  FROM public.information_unit u
 WHERE (u.canonical_address = $1 OR u.canonical_address LIKE $1 || '/%')
   AND pg_catalog.right(u.canonical_address, 46) <> '~reverted~' || u.id::text
 ORDER BY u.canonical_address COLLATE "C"
