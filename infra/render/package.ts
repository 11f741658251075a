// Scripts of one database package: laid in one transaction, believed only after its own check and the catalogs agree.
import type { EnvLogin } from "../../runner/rules/env-login.ts";
import { databaseScope, grantStatement, membershipPath, type DeclaredPackage } from "../database-spec.ts";
import type { Spec } from "../drift.ts";
import { definedFunctions } from "../package-functions.ts";
import type { Rights } from "../rights.ts";
import { envFileFunction } from "./env-file.ts";
import { FILE_FUNCTIONS } from "./file-steps.ts";
import { renderGuard, renderHostScript } from "./host-script.ts";
import { psqlCommand, psqlVariable, type PsqlPlace } from "./psql.ts";
import { PRELUDE, command, hereDocument } from "./shell-text.ts";

/** Where the password of a login role that has none yet is found. */
export type PasswordSource = EnvLogin & { readonly role: string };

/** What a package's script is made from; `entries` are the package's own of the spec, `statement` the facts statement. */
export interface PackageScript {
  readonly declared: DeclaredPackage;
  readonly rights: Rights;
  readonly entries: Spec;
  readonly statement: string;
  readonly place: PsqlPlace;
  /** Node of the host and the release's program that reads env files with it. */
  readonly node: string;
  readonly envProgram: string | undefined;
  readonly passwords: readonly PasswordSource[];
}

// Packages are written for the search_path of a new database.
const OPTIONS = '-c search_path="$user",public -c lock_timeout=10s -c statement_timeout=120s';
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const withoutEnd = (sql: string): string => sql.trim().replace(/;\s*$/, "");

/** Text of the script that lays a package, or repairs one that stands with differences. */
export function renderPackage(parts: PackageScript): string {
  const { declared, place, node, envProgram, passwords } = parts;
  if (!declared.allowed) return renderRefusal(declared.name);
  const psql = psqlCommand(place, OPTIONS);
  const differs = renderDiffering(parts);
  return renderHostScript({
    title: `Database package ${declared.name}`,
    guardedBy: place,
    ...(passwords.length === 0 ? {} : { functions: envFileFunction(node, envProgram) }),
    holds: [`[ -x ${command(place.psql)} ]`, "differing=$(differing)", '[ -z "$differing" ]'],
    steps: [
      `[ -x ${command(place.psql)} ] || fail 'no psql on the host: install the PostgreSQL client programs first'`,
      `${psql} -1 -f - ${hereDocument(renderLaying(parts))}\n[ $? -eq 0 ] || fail 'package ${declared.name} was rolled back; nothing in the database has changed'`,
      ...passwords.map((source) => renderPassword(source, psql)),
    ],
  }).replace(
    "holds() {",
    `differing() {\n  ${psql} ${hereDocument(`BEGIN READ ONLY;\n${differs}COMMIT;\n`)}\n}\nholds() {`,
  );
}

// Told in words, and no failure: everything else of the host shall still be laid.
function renderRefusal(name: string): string {
  return `# Database package ${name}: not acknowledged\necho 'package ${name} is not laid: its SQL is not acknowledged (npm run package -- show ${name})'\n`;
}

/** SQL that answers the paths at which the catalogs differ from the package's entries, one a row. */
function renderDiffering({ rights, entries, statement }: PackageScript): string {
  const rows = Object.entries(entries)
    .filter(([path]) => !path.startsWith("package "))
    .map(([path, { state }]) => `(${literal(path)}, ${literal(state)})`);
  return `${psqlVariable("scope", JSON.stringify(databaseScope(rights)))}SET LOCAL search_path = pg_catalog;
WITH found AS (\n${withoutEnd(statement)}\n), wanted(path, state) AS (VALUES\n${rows.join(",\n")})
SELECT wanted.path FROM wanted LEFT JOIN found USING (path) WHERE found.state IS DISTINCT FROM wanted.state ORDER BY wanted.path LIMIT 20;\n`;
}

// A package that creates objects refuses a second time by its own words; one that stands with differences is repaired instead.
function renderLaying(parts: PackageScript): string {
  const { declared } = parts;
  const marker = Object.keys(parts.entries).find((path) => path.startsWith("function "));
  const isThere =
    marker === undefined ? "false" : `to_regprocedure(${literal(marker.replace("function ", ""))}) IS NOT NULL`;
  return [
    `SELECT ${isThere} AS is_laid \\gset`,
    "\\if :is_laid",
    renderRepair(parts),
    "\\else",
    declared.sql,
    "\\endif",
    "RESET ROLE;",
    "DO $package$ DECLARE failed text; BEGIN",
    `  SELECT string_agg(fact, '; ') INTO failed FROM (\n${withoutEnd(declared.check)}\n) AS facts WHERE NOT ok;`,
    `  IF failed IS NOT NULL THEN RAISE EXCEPTION 'package ${declared.name} does not hold after it was laid: %', failed; END IF;`,
    "END $package$;",
    "",
  ].join("\n");
}

/** SQL that brings back what a laid package has lost: attributes, owners, definitions, trigger modes, rights. Nothing is taken away. */
function renderRepair({ declared, rights, entries }: PackageScript): string {
  const own = (path: string): boolean => Object.hasOwn(entries, path);
  const functions = new Map(definedFunctions(declared.sql).map((one) => [one.name, one]));
  const roles = rights.roles
    .filter(({ name }) => own(`role ${name}`))
    .map(
      ({ name, login, connection_limit, raised_by }) =>
        `ALTER ROLE ${name} ${login ? "LOGIN" : "NOLOGIN"} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT ${raised_by[declared.name] ?? connection_limit};`,
    );
  const memberships = rights.roles.flatMap(({ name, member_of }) =>
    member_of.filter((role) => own(membershipPath(name, role))).map((role) => grantMembership(role, name)),
  );
  const owners = [
    ...rights.schemas
      .filter(({ name }) => own(`schema ${name}`))
      .map(({ name, owner }) => `ALTER SCHEMA ${name} OWNER TO ${owner ?? ""};`),
    ...rights.tables
      .filter(({ name }) => own(`table ${name}`))
      .map(({ name, owner }) => `ALTER TABLE ${name} OWNER TO ${owner};`),
  ];
  const routines = rights.functions
    .filter(({ signature }) => own(`function ${signature}`))
    .flatMap(({ signature, owner }) => [
      // A function that had to be made again would be everybody's; one that was there keeps its rights.
      `SELECT to_regprocedure(${literal(signature)}) IS NULL AS is_missing \\gset`,
      functions.get(signature.split("(")[0] ?? "")?.statement ?? "",
      "\\if :is_missing",
      `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;`,
      "\\endif",
      `ALTER FUNCTION ${signature} OWNER TO ${owner};`,
    ]);
  const triggers = rights.triggers
    .filter(({ name, table }) => own(`trigger ${name} on ${table}`))
    .map(({ name, table, mode }) => `ALTER TABLE ${table} ENABLE ${mode === "A" ? "ALWAYS " : ""}TRIGGER ${name};`);
  const eventTriggers = rights.event_triggers
    .filter(({ name }) => own(`event trigger ${name}`))
    .flatMap(({ name, event, function: calls, mode }) => [
      `SELECT NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = ${literal(name)}) AS is_missing \\gset`,
      "\\if :is_missing",
      `CREATE EVENT TRIGGER ${name} ON ${event} EXECUTE FUNCTION ${calls};`,
      "\\endif",
      `ALTER EVENT TRIGGER ${name} ENABLE${mode === "A" ? " ALWAYS" : ""};`,
    ]);
  const grants = Object.keys(entries).flatMap((path) => grantStatement(path) ?? []);
  return [...roles, ...memberships, ...owners, ...routines, ...triggers, ...eventTriggers, ...grants].join("\n");
}

// From PostgreSQL 16 on a membership that stands keeps its option when it is granted again without saying one.
function grantMembership(role: string, member: string): string {
  return [
    "SELECT current_setting('server_version_num')::int >= 160000 AS has_options \\gset",
    "\\if :has_options",
    `GRANT ${role} TO ${member} WITH INHERIT TRUE;`,
    "\\else",
    `GRANT ${role} TO ${member};`,
    "\\endif",
  ].join("\n");
}

// The runner's own reader takes the password from the env file and hands out a verifier alone: the password stands in no argument, no
// text of ours, no statement and no log.
function renderPassword({ role, ...login }: PasswordSource, psql: string): string {
  return `if [ "$(${psql} -c "SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = '${role}'")" = t ]; then
  verifier=$(${command("env_file", login.file, "verifier", JSON.stringify(login))}) || fail 'role ${role} has no password, and its env file gives none'
  printf "ALTER ROLE ${role} PASSWORD '%s';\\n" "$verifier" | ${psql} || fail 'the password of role ${role} could not be set'
fi`;
}

/** Text of the script that takes a package back: its own undo in one transaction, refused while a run is open. */
export function renderUndo({ name, undo }: DeclaredPackage, place: PsqlPlace): string {
  return [
    `# Takes database package ${name} back`,
    PRELUDE,
    FILE_FUNCTIONS,
    renderGuard(place),
    `${psqlCommand(place, OPTIONS)} -1 -f - ${hereDocument(undo)}`,
    `[ $? -eq 0 ] || fail 'package ${name} still stands; nothing in the database has changed'`,
    `echo 'package ${name} is taken back'`,
    "",
  ].join("\n");
}
