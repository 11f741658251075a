-- role: exec
-- params: none
-- returns: none
-- Held to the end of the transaction by the one process that extends runs-index.jsonl; a killed process leaves no lock behind.
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('cutter runs-index.jsonl', 0))
