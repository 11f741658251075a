-- role: backup
-- params: none
-- returns: one
-- Name of this transaction's snapshot: pg_dump reads exactly what the checksums of this connection read.
SELECT pg_catalog.pg_export_snapshot() AS snapshot
