-- role: exec
-- params: none
-- returns: none
-- On small tables cached plans choose sequential scans and turn the cut quadratic (measured: 8,000 units 7.97 s, with this 2.08 s).
SELECT pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('jit', 'off', true)
