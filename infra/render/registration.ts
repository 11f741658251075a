// Script that registers one source version on a host: the snapshot first, then the two registry rows, believed after their own checks.
import type { RegistrationStatement } from "../../runner/rules/registration.ts";
import { FILE_FUNCTIONS, fileStep, type Ownership } from "./file-steps.ts";
import { READ_ONLY_SESSION, psqlCommand, psqlVariable, type PsqlPlace } from "./psql.ts";
import { PRELUDE, command, hereDocument } from "./shell-text.ts";

/** What is registered: `files` are the snapshot and its record, `sha` that of the bytes. */
export interface RegistrationScript {
  readonly title: string;
  readonly files: readonly {
    readonly file: string;
    readonly owned: Ownership;
    readonly sha: string;
    readonly bytes: Uint8Array;
  }[];
  readonly apply: readonly RegistrationStatement[];
  readonly check: readonly RegistrationStatement[];
  readonly place: PsqlPlace;
}

/** What the script says when a check of the registration does not hold; everything is rolled back then. */
export const NOT_SO = "registration does not hold: ";

const OPTIONS =
  "-c client_min_messages=warning -c search_path=pg_catalog -c lock_timeout=10s -c statement_timeout=120s";

/** Text of the script; safe to repeat. A registered version without its snapshot could not be cut, so the file is laid first. */
export function renderRegistration({ title, files, apply, check, place }: RegistrationScript): string {
  const sql = [...apply.map((step) => `${bound(step)};\n`), ...check.map(checked), "SELECT 'registered';\n"].join("");
  return [
    `# Registers ${title}`,
    PRELUDE,
    FILE_FUNCTIONS,
    `[ -x ${command(place.psql)} ] || fail 'no psql on the host: install the PostgreSQL client programs first'`,
    ...files.flatMap(({ file, owned, sha, bytes }) => [
      `[ -d ${command(file.replace(/\/[^/]*$/, ""))} ] || fail 'no folder for snapshots: provision the host first'`,
      fileStep(file, owned, sha, bytes),
    ]),
    `${psqlCommand(place, OPTIONS)} -1 -f - ${hereDocument(sql)}`,
    "[ $? -eq 0 ] || fail 'nothing was registered; the database is as it was'",
    "",
  ].join("\n");
}

/** Text of the script that asks one statement read-only; its rows come a line each, columns between bars. */
export function renderQuestion(asked: BoundStatement, place: PsqlPlace): string {
  return [
    "# Asks the registry. Changes nothing.",
    PRELUDE,
    `${psqlCommand(place, READ_ONLY_SESSION)} -f - ${hereDocument(`${bound(asked)};\n`)}`,
    "",
  ].join("\n");
}

type BoundStatement = Pick<RegistrationStatement, "statement" | "params">;

// psql itself puts each value between quotes.
function bound({ statement, params }: BoundStatement): string {
  return `${params.map((value, index) => psqlVariable(`p${index + 1}`, value)).join("")}${statement.replaceAll(/\$(\d+)/g, (_all, number: string) => `:'p${number}'`)}`;
}

function checked(step: RegistrationStatement): string {
  return `${bound(step)} \\gset\n\\if :ok\n\\else\nDO $$ BEGIN RAISE EXCEPTION '${NOT_SO}${step.purpose.replaceAll("'", "''")}'; END $$;\n\\endif\n`;
}
