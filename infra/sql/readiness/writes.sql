-- role: admin
-- params: none
-- returns: one
-- Rows written in this database since its statistics began, and the next transaction number of the whole cluster.
SELECT jsonb_build_object('inserted', tup_inserted::text, 'updated', tup_updated::text, 'deleted', tup_deleted::text,
         'next_xid', pg_snapshot_xmax(pg_current_snapshot())::text)
  FROM pg_stat_database
 WHERE datname = current_database()
