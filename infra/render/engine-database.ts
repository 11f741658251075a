// The scheduler's own database: made where it is missing, its tables laid in one transaction, believed only after their own check.
import { FILE_FUNCTIONS } from "./file-steps.ts";
import { renderGuard, renderHostScript } from "./host-script.ts";
import { READ_ONLY_SESSION, psqlCommand, type PsqlPlace } from "./psql.ts";
import { PRELUDE, command, hereDocument } from "./shell-text.ts";

/** SQL of sql/engine and where it is laid; `database` is the engine's, `place` the server as the cutter's own database is reached. */
export interface EngineDatabase {
  readonly database: string;
  readonly place: PsqlPlace;
  readonly apply: string;
  readonly check: string;
  readonly undo: string;
}

/** What the look prints for a database that is not there, or has none of the tables. */
export const ENGINE_ABSENT = "absent";

const OPTIONS = "-c lock_timeout=10s -c statement_timeout=120s";
const withoutEnd = (sql: string): string => sql.trim().replace(/;\s*$/, "");
const inside = ({ place, database }: EngineDatabase): PsqlPlace => ({ ...place, name: database });
const ask = ({ place }: EngineDatabase, sql: string): string =>
  `"$(${psqlCommand(place, READ_ONLY_SESSION)} -c ${command(sql)})"`;
const isThere = (engine: EngineDatabase): string =>
  `[ -n ${ask(engine, `SELECT 1 FROM pg_database WHERE datname = '${engine.database}'`)} ]`;
const hasTables = (engine: EngineDatabase): string =>
  `[ -n "$(${psqlCommand(inside(engine), READ_ONLY_SESSION)} -c ${command("SELECT 1 WHERE to_regnamespace('dbos') IS NOT NULL")})" ]`;

/** Prints each fact of the check that does not hold, nothing when all do. */
const failing = (engine: EngineDatabase): string =>
  `${psqlCommand(inside(engine), READ_ONLY_SESSION)} ${hereDocument(`SELECT fact FROM (\n${withoutEnd(engine.check)}\n) AS facts WHERE ok IS NOT TRUE;`)}`;

/** The body of the probe's look `engine`: {@link ENGINE_ABSENT}, or the facts that do not hold, one a line. */
export function renderEngineLook(engine: EngineDatabase): string {
  return `  if [ ! -x ${command(engine.place.psql)} ]; then echo ${ENGINE_ABSENT}; return 0; fi
  if ${isThere(engine)} && ${hasTables(engine)}; then
    ${failing(engine)}
  else echo ${ENGINE_ABSENT}; fi`;
}

/** Text of the script. The role comes with package batch; without it nothing is laid, told in words. */
export function renderEngine(engine: EngineDatabase): string {
  const { database, place } = engine;
  const psql = psqlCommand(place, OPTIONS);
  const role = `[ -n ${ask(engine, "SELECT 1 FROM pg_roles WHERE rolname = 'cutter_engine'")} ]`;
  return renderHostScript({
    title: `Database of the scheduler, ${database}`,
    functions: `failing() {\n  ${failing(engine)}\n}`,
    holds: [isThere(engine), hasTables(engine), "failed=$(failing)", '[ -z "$failed" ]'],
    steps: [
      `[ -x ${command(place.psql)} ] || fail 'no psql on the host: install the PostgreSQL client programs first'`,
      `${role} || { echo 'the database of the scheduler is not laid: package batch is not there'; exit 0; }`,
      `${isThere(engine)} || ${psql} -c ${command(`CREATE DATABASE ${database}`)} || fail 'database ${database} could not be made'`,
      `${psql} -c ${command(`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`)} -c ${command(`GRANT CONNECT ON DATABASE ${database} TO cutter_engine`)} || fail 'who may connect to ${database} could not be said'`,
      `if ! ${hasTables(engine)}; then
  ${psqlCommand(inside(engine), OPTIONS)} -1 -f - ${hereDocument(engine.apply)}
  [ $? -eq 0 ] || fail 'the tables of the scheduler were rolled back; nothing in ${database} has changed'
fi`,
    ],
  });
}

/**
 * Text of the script that takes it back, refused while a run is open: the tables in one transaction, then the database, which goes only when
 * nobody is connected to it and nothing else lies there.
 */
export function renderEngineUndo(engine: EngineDatabase): string {
  const { database, place } = engine;
  const others = "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace LIMIT 1";
  return [
    `# Takes the database of the scheduler, ${database}, back`,
    PRELUDE,
    FILE_FUNCTIONS,
    renderGuard(place),
    `${isThere(engine)} || { echo 'the database of the scheduler is not there'; exit 0; }`,
    `if ${hasTables(engine)}; then
  ${psqlCommand(inside(engine), OPTIONS)} -1 -f - ${hereDocument(engine.undo)}
  [ $? -eq 0 ] || fail 'the tables of the scheduler still stand; nothing in ${database} has changed'
fi`,
    `[ -z "$(${psqlCommand(inside(engine), READ_ONLY_SESSION)} -c ${command(others)})" ] || fail 'the tables of the scheduler are gone; ${database} stays, for something else lies there'`,
    `${psqlCommand(place, OPTIONS)} -c ${command(`DROP DATABASE ${database}`)} || fail 'the tables of the scheduler are gone; ${database} stays while somebody is connected to it: end the workers first'`,
    `echo 'the database of the scheduler is taken back'`,
    "",
  ].join("\n");
}
