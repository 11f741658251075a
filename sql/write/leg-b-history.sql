-- role: exec
-- params: $1 history_id uuid, $2 entry_id uuid, $3 change_diff jsonb, $4 changed_by text, $5 rationale text
-- returns: many
-- The first step of the entry's history.
INSERT INTO cutter_governance.decision_backlog_history
       (history_id, entry_id, entry_version_before, entry_version_after, change_kind, change_diff, changed_by, changed_at, rationale)
VALUES ($1::uuid, $2::uuid, 0, 1, 'cut_committed', $3::jsonb, $4, pg_catalog.now(), $5)
RETURNING history_id::text AS id
