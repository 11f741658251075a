// The looks that readiness takes beside the probe's: the host's name, the records of the database, and what proves that nothing changed.
import { READ_ONLY_SESSION, psqlCommand, psqlVariable } from "./psql.ts";
import type { PsqlPlace } from "./psql.ts";
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
    | "session"
    | "writes"
    | "grant_matrix",
    string
  >
>;

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
  before: ["files_before", "writes_before"],
  after: ["hostname", "records", "writes_after", "files_after"],
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
    writes_before: session("writes_before", `${statementText(statements.writes)};\n`),
    hostname: "look_at_hostname() { uname -n; }",
    records: session("records", recordsScript(statements, carried)),
    writes_after: session("writes_after", `${statementText(statements.writes)};\n`),
    files_after: witness("files_after"),
  };
}

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
    asked("session"),
    "COMMIT;",
    "",
  ].join("\n");
}
