// Writes sql/engine/apply.sql: the scheduler's own tables as its library's migrations make them, in one transaction and for a role that
// may define nothing. `node scripts/build/engine-sql.mjs` after another version of @dbos-inc/dbos-sdk; a test holds the file against it.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SDK = join(project, "node_modules", "@dbos-inc", "dbos-sdk");
const SCHEMA = "dbos";

const HEAD = (version, last) => `-- role: admin
-- params: none
-- returns: none
-- Database cutter_engine: the tables of @dbos-inc/dbos-sdk ${version} as its migrations 1 to ${last} make them, and the rights of the role
-- that schedules. Written by scripts/build/engine-sql.mjs; nothing of the cutter's truth lies here (docs/decisions/0151-batch-engine.md).
DO $$
BEGIN
  IF current_database() <> 'cutter_engine' THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'database ' || current_database(), 'wanted', 'the engine''s own database cutter_engine')::text;
  END IF;
  IF to_regnamespace('${SCHEMA}') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CUT01', MESSAGE = 'STOP_PRECHECK_FAILED', DETAIL = jsonb_build_object(
      'saw', 'schema ${SCHEMA} is there already', 'wanted', 'a database without it; apply the package once')::text;
  END IF;
END $$;
`;
const RIGHTS = `REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} FROM PUBLIC;
GRANT USAGE ON SCHEMA ${SCHEMA} TO cutter_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO cutter_engine;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${SCHEMA} TO cutter_engine;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} TO cutter_engine;
`;

/** Text of sql/engine/apply.sql for the library that is installed. */
export function engineSql() {
  const { version } = JSON.parse(readFileSync(join(SDK, "package.json"), "utf8"));
  const { allMigrations } = require(join(SDK, "dist", "src", "sysdb_migrations", "internal", "migrations.js"));
  const migrations = allMigrations(SCHEMA, { useListenNotify: false });
  const body = migrations.flatMap(({ name, pg = [] }, index) =>
    pg.length === 0
      ? []
      : [
          `-- ${index + 1}${name === undefined ? "" : ` ${name}`}`,
          // A new database has nobody to wait for, and CONCURRENTLY has no place in a transaction.
          ...pg.map((statement) => `${statement.replaceAll(" CONCURRENTLY", "").trim().replace(/;$/, "")};`),
        ],
  );
  const done = `INSERT INTO "${SCHEMA}"."dbos_migrations" ("version") VALUES (${migrations.length});`;
  return [HEAD(version, migrations.length), ...body, done, RIGHTS].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(project, "sql", "engine", "apply.sql"), engineSql());
