// The one session setting that only newer servers know: since PostgreSQL 17 a role or a database can have a limit of whole transactions.

/** Takes the limit off where the server knows it; it would end a held snapshot and a writing phase half way. No word to older servers. */
export const NO_TRANSACTION_TIMEOUT =
  "SELECT pg_catalog.set_config(s.name, '0', false) FROM pg_catalog.pg_settings s WHERE s.name = 'transaction_timeout'";
