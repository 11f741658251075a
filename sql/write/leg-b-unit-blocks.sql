-- role: exec
-- params: $1 envelope_id uuid, $2 ordinals int[], $3 spans jsonb[], $4 addresses text[], $5 unit_kinds text[], $6 section_types text[],
--   $7 parent_addresses (text or null)[], $8 content_hashes text[], $9 authority text, $10 edges (jsonb or null)[]
-- returns: many
-- One block a unit; render_order is where the order of the document is kept, because fn_iu_create has no sort order; an
-- edge names the enacted unit that this one supersedes, because unit_version has no place for it.
INSERT INTO cutter_governance.manifest_unit_block
       (envelope_id, unit_local_id, block_role, source_span, render_order, proposed_canonical_address, proposed_authority,
        proposed_unit_kind, proposed_section_type, proposed_parent_address, content_hash, candidate_edges)
SELECT $1::uuid, 'u-' || w.ordinal, 'result', w.span, w.ordinal, w.address, $9, w.unit_kind, w.section_type, w.parent_address, w.content_hash, w.edges
  FROM ROWS FROM (
         pg_catalog.unnest($2::int[]), pg_catalog.unnest($3::jsonb[]), pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[]),
         pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::text[]), pg_catalog.unnest($8::text[]),
         pg_catalog.unnest($10::jsonb[])
       ) AS w(ordinal, span, address, unit_kind, section_type, parent_address, content_hash, edges)
RETURNING unit_local_id AS id
