-- role: exec|verify
-- params: $1 run_id text
-- returns: many
-- Every planned unit beside what stands in the tables under its address; absent columns are NULL.
SELECT p.ordinal, p.canonical_address AS address, p.title_sha AS planned_title_sha, p.content_hash AS planned_content_hash,
       p.section_type AS planned_section_type, p.unit_kind AS planned_unit_kind, p.parent_address AS planned_parent,
       p.owner_ref AS planned_owner, p.publication_type AS planned_publication_type,
       u.id::text AS unit_id, u.lifecycle_status, u.section_type, u.unit_kind, u.owner_ref AS owner,
       u.identity_profile ->> 'publication_type_ref' AS publication_type, u.content_anchor_ref, u.version_anchor_ref::text AS version_anchor_ref,
       u.identity_profile ->> 'title' AS title, parent.canonical_address AS parent,
       v.id::text AS version_id, v.body, v.content_hash, v.version_seq, v.lifecycle_status AS version_status,
       (SELECT pg_catalog.count(*)::int FROM public.unit_version a WHERE a.unit_id = u.id) AS versions,
       (SELECT pg_catalog.count(*)::int FROM public.birth_registry b WHERE b.unit_id = u.id) AS births
  FROM cutter_runtime.planned_unit p
  LEFT JOIN public.information_unit u ON u.canonical_address = p.canonical_address
  LEFT JOIN public.information_unit parent ON parent.id = u.parent_or_container_ref
  LEFT JOIN public.unit_version v ON v.id = u.version_anchor_ref
 WHERE p.run_id = $1
 ORDER BY p.ordinal
