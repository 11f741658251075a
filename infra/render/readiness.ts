// The looks that readiness takes beside the probe's: the host's name, the records of the database, and what proves that nothing changed.
import { READ_ONLY_SESSION, psqlCommand, psqlVariable, type PsqlPlace } from "./psql.ts";
import { command, hereDocument } from "./shell-text.ts";

/** Statements of infra/sql/readiness and of the grant probe, by name. */
export type ReadinessStatements = Readonly<
  Record<
    | "present"
    | "counts"
    | "documents"
    | "runs"
    | "receipts"
    | "admissions"
    | "foreign_keys"
    | "acting"
    | "discovery"
    | "session"
    | "writes"
    | "grant_matrix",
    string
  >
>;

/** The existing system's own reader, who discovers and writes nothing. */
export const DISCOVERY_ROLE = "context_pack_readonly";

/** What is looked at. `places`: folders and files that must be the same before and after. */
export interface ReadinessRequest {
  readonly place: PsqlPlace;
  readonly places: readonly string[];
  /** Tables a backup carries, `schema.table`. */
  readonly carried: readonly string[];
  readonly statements: ReadinessStatements;
}

/** Looks taken before those of the probe, and after them. */
export const READINESS_LOOKS = {
  before: ["files_before", "started_before", "writes_before"],
  after: ["hostname", "records", "writes_after", "started_after", "files_after"],
} as const;
export type ReadinessLook = (typeof READINESS_LOOKS)["before" | "after"][number];

/** Standard output of a look into the database of a host without psql. */
export const NO_PSQL = "no psql";

/** Which flag of present.sql says that a statement's tables are there. */
const GUARDED = {
  counts: "has_ledger",
  documents: "has_registries",
  runs: "has_records",
  receipts: "has_records",
  admissions: "has_records",
} as const;

/** The looks as functions. All of them only read; the records are read in one transaction that is read only. */
export function readinessLooks({
  place,
  places,
  carried,
  statements,
}: ReadinessRequest): Record<ReadinessLook, string> {
  const listing = `find -P ${command(...places)} -printf '%y %u %g %m %s %C@ %i %l %p\\0'`;
  const witness = (name: string): string => `look_at_${name}() { ${listing} | sort -z | sha256sum; }`;
  const session = (name: string, sql: string): string => `look_at_${name}() {
  if [ ! -x ${command(place.psql)} ]; then printf '${NO_PSQL}'; return 0; fi
  ${psqlCommand(place, READ_ONLY_SESSION)} ${hereDocument(sql)}
}`;
  return {
    files_before: witness("files_before"),
    started_before: started("started_before"),
    writes_before: session("writes_before", `${statementText(statements.writes)};\n`),
    hostname: "look_at_hostname() { uname -n; }",
    records: session("records", recordsScript(statements, carried)),
    writes_after: session("writes_after", `${statementText(statements.writes)};\n`),
    started_after: started("started_after"),
    files_after: witness("files_after"),
  };
}

// One line a thing: units that are installed, services that run, cron's tables with their change times, containers.
const started = (name: string): string => `look_at_${name}() {
  if [ -d /run/systemd/system ]; then
    systemctl list-unit-files --type=service,timer --no-legend --plain --no-pager 2>/dev/null | cut -d' ' -f1 | sed 's/^/unit /'
    systemctl list-units --type=service --state=running --no-legend --plain --no-pager 2>/dev/null | cut -d' ' -f1 | sed 's/^/running /'
  fi
  find -P /etc/crontab /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /var/spool/cron -type f -printf 'cron %p %C@\\n' 2>/dev/null
  if command -v docker > /dev/null; then timeout 10 docker ps --all --no-trunc --format 'container {{.ID}} {{.State}}' 2>/dev/null; fi
  true
}`;

const statementText = (text: string): string => text.trim().replace(/;$/, "");

// A statement that fails is a fact of its own: the others are still answered. psql then holds the transaction by savepoints,
// which a read-only transaction takes without a transaction number.
function recordsScript(statements: ReadinessStatements, carried: readonly string[]): string {
  const asked = (name: keyof ReadinessStatements, text = statementText(statements[name])): string =>
    `${text};\n\\if :ERROR\nSELECT jsonb_build_object('look', 'fault', 'of', '${name}', 'said', :'LAST_ERROR_MESSAGE');\n\\endif`;
  return [
    psqlVariable("carried", JSON.stringify(carried)).trimEnd(),
    "\\set ON_ERROR_STOP off",
    "\\set ON_ERROR_ROLLBACK on",
    "BEGIN READ ONLY;",
    `${statementText(statements.present)}\n\\gset`,
    "SELECT :'facts';",
    ...Object.entries(GUARDED).flatMap(([name, flag]) => [
      `\\if :${flag}`,
      asked(name as keyof typeof GUARDED),
      "\\endif",
    ]),
    asked(
      "grant_matrix",
      `SELECT jsonb_build_object('look', 'grant_matrix') || to_jsonb(matrix) FROM (\n${statementText(statements.grant_matrix)}\n) AS matrix`,
    ),
    asked("foreign_keys"),
    asked("acting"),
    // As the reader whom the existing system keeps for discovery: what it may not see is a fault of this look alone.
    `SET LOCAL ROLE ${DISCOVERY_ROLE};`,
    asked("discovery"),
    "RESET ROLE;",
    asked("session"),
    "COMMIT;",
    "",
  ].join("\n");
}
