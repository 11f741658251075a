-- role: exec
-- params: $1 ordinals int[], $2 addresses text[], $3 titles text[], $4 bodies text[], $5 actor text, $6 unit_kinds text[],
--   $7 section_types text[], $8 owner_refs text[], $9 publication_types text[], $10 parent_addresses (text or null)[]
-- returns: many
-- One depth level of the plan through the guarded function; parents exist from an earlier statement (a look-up inside the same statement gives NULL).
SELECT w.ordinal, w.address, made.answer ->> 'status' AS status
  FROM ROWS FROM (
         pg_catalog.unnest($1::int[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]),
         pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::text[]), pg_catalog.unnest($8::text[]), pg_catalog.unnest($9::text[]),
         pg_catalog.unnest($10::text[])
       ) AS w(ordinal, address, title, body, unit_kind, section_type, owner_ref, publication_type, parent_address)
  LEFT JOIN public.information_unit parent ON parent.canonical_address = w.parent_address
 CROSS JOIN LATERAL (
       SELECT public.fn_iu_create(w.address, w.title, w.body, $5, w.unit_kind, w.section_type, w.owner_ref, w.publication_type, parent.id) AS answer
       ) AS made
 ORDER BY w.ordinal
