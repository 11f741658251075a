// The approver set as the database records it: the question drift asks, and the script that records version 1 as the administrator.
// docs/decisions/0042-approver-succession.md says why.
import { renderHostScript } from "./host-script.ts";
import { READ_ONLY_SESSION, psqlCommand, type PsqlPlace } from "./psql.ts";
import { base64Lines, command, hereDocument } from "./shell-text.ts";

/** Path of the fact. */
export const RECORDED_SET_PATH = "approver set of the database";

/** State of the fact. */
export const recordedSetState = (version: string, sha: string): string => `version ${version} sha256:${sha}`;

const TABLE = "cutter_runtime.approver_set";
const HAS_TABLE = `SELECT to_regclass('${TABLE}') IS NOT NULL AS has_sets \\gset\n\\if :has_sets\n`;
const NEWEST = `SELECT 'version ' || version || ' sha256:' || sha FROM ${TABLE} ORDER BY version DESC LIMIT 1;\n`;

/** The question, behind the facts of the catalogs: path, what it lies in, state, row version. A database without the package has no row. */
export const RECORDED_SET = `${HAS_TABLE}SELECT '${RECORDED_SET_PATH}', 'table ${TABLE}', 'version ' || version || ' sha256:' || sha, xmin::text FROM ${TABLE} ORDER BY version DESC LIMIT 1;
\\endif
`;

/** The set that shall stand there. */
export interface RecordedSet {
  readonly version: string;
  readonly sha: string;
  readonly bytes: Uint8Array;
}

const FUNCTIONS = (place: PsqlPlace): string => `recorded() {
  [ -x ${command(place.psql)} ] || return 0
  ${psqlCommand(place, READ_ONLY_SESSION)} ${hereDocument(`${HAS_TABLE}${NEWEST}\\else\nSELECT 'no table';\n\\endif\n`)}
}`;

/**
 * Text of the script. Version 1 is recorded where nothing is; a recorded set is never replaced, because a newer one follows only by the
 * signatures of the one before. Without the package that brings the table there is nothing to record yet.
 */
export function renderRecordedSet({ version, sha, bytes }: RecordedSet, place: PsqlPlace): string {
  const wanted = recordedSetState(version, sha);
  const insert = `INSERT INTO ${TABLE} (version, sha, bytes, signatures)
SELECT 1, '${sha}', decode('${base64Lines(bytes)}', 'base64'), '[]'::jsonb WHERE NOT EXISTS (SELECT FROM ${TABLE});
`;
  const record =
    version === "1"
      ? `${psqlCommand(place, "-c search_path=pg_catalog -c lock_timeout=10s -c statement_timeout=30s")} ${hereDocument(insert)}\n[ $? -eq 0 ] || fail 'the approver set could not be recorded'`
      : `fail 'version ${version} is recorded by npm run approvers -- lay, with the signatures of the set before it'`;
  return renderHostScript({
    title: `Recorded approver set ${sha}`,
    functions: FUNCTIONS(place),
    holds: [`[ "$(recorded)" = ${command(wanted)} ]`],
    steps: [
      "if [ \"$(recorded)\" = 'no table' ]; then echo 'no table for approver sets yet; package runtime brings it'; exit 0; fi",
      `if [ -n "$(recorded)" ]; then fail "the database records another approver set: $(recorded)"; fi`,
      record,
    ],
  });
}
