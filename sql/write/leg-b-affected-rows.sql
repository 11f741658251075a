-- role: exec
-- params: $1 ids uuid[], $2 addresses text[], $3 change_set_id uuid, $4 after_states jsonb[]
-- returns: many
-- One row a born unit.
INSERT INTO cutter_governance.cut_change_set_affected_row
       (affected_row_id, change_set_id, target_table, target_row_id, operation_kind, before_state_snapshot, after_state_snapshot, row_ordinal)
SELECT w.id, $3::uuid, 'public.information_unit', u.id, 'insert', NULL, w.after_state, w.ordinal::int
  FROM ROWS FROM (pg_catalog.unnest($1::uuid[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($4::jsonb[]))
       WITH ORDINALITY AS w(id, address, after_state, ordinal)
  JOIN public.information_unit u ON u.canonical_address = w.address
RETURNING affected_row_id::text AS id
