// How the scripts of a host call psql: where it is, how it logs in, and the settings of a session that only looks.
import {
  authoritiesOf,
  NO_POOLER,
  POOLER_ANSWERS,
  REFUSED_BY_POOLER,
  sessionOptions,
  type Encryption,
} from "../../runner/rules/session-settings.ts";
import { command } from "./shell-text.ts";

/** Where psql is and how it logs in. */
export interface PsqlPlace {
  readonly psql: string;
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly passFile: string | null;
  /** How the server is spoken to; absent: as libpq does by itself, for servers on this host. */
  readonly encryption?: Encryption;
}

/** The words of psql: no startup file, no password prompt, no echo, our settings and `options` (`-c name=value ...`) over them. */
export function psqlCommand(place: PsqlPlace, options: string): string {
  const { psql, host, port, name, user, passFile, encryption } = place;
  const authorities = encryption === undefined ? undefined : authoritiesOf(encryption);
  return command(
    "env",
    "-i",
    "PATH=/usr/bin:/bin",
    "LC_ALL=C.UTF-8",
    ...(passFile === null ? [] : [`PGPASSFILE=${passFile}`]),
    "PGCONNECT_TIMEOUT=10",
    ...(encryption === undefined ? [] : [`PGSSLMODE=${encryption.sslmode}`]),
    ...(authorities === undefined ? [] : [`PGSSLROOTCERT=${authorities}`]),
    // Later words outrank earlier ones.
    `PGOPTIONS=${sessionOptions()} ${options}`,
    psql,
    "-X",
    "-w",
    "-A",
    "-q",
    "-t",
    "-v",
    "ON_ERROR_STOP=1",
    "-h",
    host,
    "-p",
    String(port),
    "-U",
    user,
    "-d",
    name,
  );
}

/** Settings of every session that only looks. */
export const READ_ONLY_SESSION =
  "-c default_transaction_read_only=on -c search_path=pg_catalog -c statement_timeout=30s -c lock_timeout=5s -c client_min_messages=warning";

/** Sets a psql variable; the text stands in single quotes, in which psql reads backslashes. */
export function psqlVariable(name: string, text: string): string {
  return `\\set ${name} '${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'\n`;
}

/** What a look says where a connection pooler answers; without a quotation mark, because it stands in scripts too. */
export const POOLED =
  `${POOLER_ANSWERS} in place of PostgreSQL; name the host and port of the server itself ` +
  `in cutter:database: ${NO_POOLER}`;

/** A message of psql; that of a pooler which refuses our session is told as what it means. */
export const withPoolerNamed = (message: string): string => (REFUSED_BY_POOLER.test(message) ? POOLED : message);
