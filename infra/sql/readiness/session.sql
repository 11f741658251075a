-- role: admin
-- params: none
-- returns: one
-- What kind of transaction this was, asked last in it: read only, and without a transaction number, so nothing was written.
SELECT jsonb_build_object('look', 'session', 'read_only', current_setting('transaction_read_only'),
         'xid', pg_current_xact_id_if_assigned()::text, 'role', session_user, 'database', current_database())
