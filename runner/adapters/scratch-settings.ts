// How a PostgreSQL server is set whose data nobody keeps, whoever starts it.

/** Settings by name; a restore of thousands of objects in one transaction needs the locks. */
export const SCRATCH_SETTINGS = {
  max_locks_per_transaction: "4096",
  max_connections: "20",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  autovacuum: "off",
  jit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "256MB",
  max_parallel_maintenance_workers: "0",
  max_parallel_workers_per_gather: "0",
  logging_collector: "off",
  log_min_messages: "fatal",
  log_statement: "none",
  log_min_error_statement: "panic",
  shared_preload_libraries: "",
  timezone: "UTC",
} as const;
