-- role: exec
-- params: $1 entry_id uuid, $2 payload jsonb, $3 scenario_ref text
-- returns: many
-- The backlog entry of this cut.
INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at, scenario_ref)
VALUES ($1::uuid, 'cut', 'decided', $2::jsonb, pg_catalog.now(), $3)
RETURNING entry_id::text AS id
