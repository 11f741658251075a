// The settings of every session of ours, whatever an administrator set for the database or the role:
// docs/decisions/0054-pinned-sessions.md.
// They go out with the start of the session, where they outrank ALTER DATABASE and ALTER ROLE and hold for the first statement already.

import type { SslMode } from "../model/config.ts";

/**
 * Settings that change how values are written, text is read, names are shown or a transaction begins. All of them exist
 * since PostgreSQL 15 and
 * may be set by any role.
 */
export const PINNED: Readonly<Record<string, string>> = {
  // Whose rights and names hold.
  role: "none",
  search_path: "pg_catalog",
  row_security: "off",
  quote_all_identifiers: "off",
  // How values become text.
  DateStyle: "ISO,YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  timezone_abbreviations: "Default",
  bytea_output: "hex",
  extra_float_digits: "1",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
  xmlbinary: "base64",
  xmloption: "content",
  client_encoding: "UTF8",
  // How text becomes values.
  standard_conforming_strings: "on",
  backslash_quote: "safe_encoding",
  escape_string_warning: "on",
  array_nulls: "on",
  transform_null_equals: "off",
  // How a transaction begins, and what ends it.
  default_transaction_read_only: "off",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  statement_timeout: "0",
  lock_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  idle_session_timeout: "0",
  exit_on_error: "off",
  // Where and how things are made.
  default_tablespace: "",
  temp_tablespaces: "",
  default_table_access_method: "heap",
  default_toast_compression: "pglz",
  check_function_bodies: "on",
  password_encryption: "scram-sha-256",
  // What reaches standard error of psql; compiling catalog queries costs seconds where running them costs milliseconds
  // (measured: 6.6 s against 0.05 s).
  client_min_messages: "warning",
  jit: "off",
  plan_cache_mode: "auto",
  gin_fuzzy_search_limit: "0",
};

/** Settings of later versions or patch levels, set where the server knows them. */
const PINNED_WHERE_KNOWN: Readonly<Record<string, string>> = {
  transaction_timeout: "0",
  restrict_nonsystem_relation_kind: "",
};

/** What PGOPTIONS, and `options` of a session's start, take: all pinned settings, `more` over them. */
export function sessionOptions(more: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...PINNED, ...more })
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, "\\$&")}`)
    .join(" ");
}

/**
 * One statement behind the start of a session: pins the rest, and answers the process number of the server process
 * behind the connection.
 */
export const SETTLE_SESSION = `SELECT pg_catalog.pg_backend_pid() AS pid, (SELECT pg_catalog.count(pg_catalog.set_config(s.name, w.value, false))
  FROM pg_catalog.pg_settings s JOIN (VALUES ${Object.entries(PINNED_WHERE_KNOWN)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(", ")}) w (name, value) ON w.name = s.name) AS pinned`;

/** How a server is spoken to; null: the authorities of the system. */
export interface Encryption {
  readonly sslmode: SslMode;
  readonly sslrootcert: string | null;
}

/** Certificates of the distribution, one file on Debian and Ubuntu. */
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** The file of authorities that a mode looks at; undefined where it looks at none. As in libpq, `require` with a file is `verify-ca`. */
export function authoritiesOf({ sslmode, sslrootcert }: Encryption): string | undefined {
  if (sslmode === "disable") return undefined;
  return sslrootcert ?? (sslmode === "require" ? undefined : SYSTEM_AUTHORITIES);
}

/** What is said where a connection pooler stands in place of the server. */
export const POOLER_ANSWERS = "a connection pooler such as PgBouncer answers";
/** Why one cannot be used. */
export const NO_POOLER = "settings, locks and snapshots of a session do not survive a pooler";
/** The words of a pooler that refuses our settings at the start of a session. */
export const REFUSED_BY_POOLER = /unsupported startup parameter/i;
