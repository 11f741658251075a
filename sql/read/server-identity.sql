-- role: exec|verify|gate|halt|backup
-- params: none
-- returns: one
-- Says who we are, where we are and whether the session could write unseen: compared with the configuration before any work.
-- The timeline is the one WAL is written on now; pg_control_checkpoint() still shows the old one just after a promotion.
SELECT session_user::text AS session_user,
       current_user::text AS current_user,
       current_database()::text AS database,
       control.system_identifier::text AS system_identifier,
       CASE WHEN pg_is_in_recovery() THEN checkpoint.timeline_id
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
       END AS timeline,
       pg_is_in_recovery() AS in_recovery,
       current_setting('server_version_num')::int AS server_version_num,
       current_setting('session_replication_role') AS session_replication_role,
       current_setting('track_counts') AS track_counts,
       current_setting('TimeZone') AS time_zone
FROM pg_control_system() AS control, pg_control_checkpoint() AS checkpoint
