-- role: exec|verify
-- params: $1 run_id text
-- returns: many
-- Where the ledger rows of a run differ from what its recorded phases were planned to write; no row when it is as planned.
SELECT d.table_name AS "table", d.difference FROM cutter_runtime.ledger_differences($1) d ORDER BY 1, 2
