-- role: exec
-- params: none
-- returns: one
-- Size of the shared lock table: fn_iu_create takes an advisory lock an address.
SELECT pg_catalog.current_setting('max_locks_per_transaction')::int AS max_locks_per_transaction,
       pg_catalog.current_setting('max_connections')::int AS max_connections,
       pg_catalog.current_setting('max_prepared_transactions')::int AS max_prepared_transactions
