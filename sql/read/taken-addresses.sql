-- role: exec
-- params: $1 addresses text[]
-- returns: many
-- Which of the planned addresses exist already, as unit or as birth.
SELECT w.address
  FROM pg_catalog.unnest($1::text[]) AS w(address)
 WHERE EXISTS (SELECT FROM public.information_unit u WHERE u.canonical_address = w.address)
 ORDER BY w.address
