-- role: exec|verify
-- params: $1 run_id text
-- returns: many
-- The planned units, their versions and births, each as its whole row text, in address order.
SELECT 'unit' AS kind, u::text AS fact, u.canonical_address AS place
  FROM cutter_runtime.planned_unit p JOIN public.information_unit u ON u.canonical_address = p.canonical_address
 WHERE p.run_id = $1
UNION ALL
SELECT 'version', v::text, u.canonical_address
  FROM cutter_runtime.planned_unit p JOIN public.information_unit u ON u.canonical_address = p.canonical_address
  JOIN public.unit_version v ON v.unit_id = u.id
 WHERE p.run_id = $1
UNION ALL
SELECT 'birth', b::text, u.canonical_address
  FROM cutter_runtime.planned_unit p JOIN public.information_unit u ON u.canonical_address = p.canonical_address
  JOIN public.birth_registry b ON b.unit_id = u.id
 WHERE p.run_id = $1
