// Whatever an administrator sets for the database or a role, a session of ours begins with our settings: docs/decisions/0054-pinned-sessions.md.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession } from "../../runner/adapters/postgres-connection.ts";
import { startProgram, withPasswordFile } from "../../runner/adapters/postgres-programs.ts";
import { PINNED } from "../../runner/rules/session-settings.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

/** Another value than ours for every pinned setting; `null`: only one value can be set on this server. */
const OTHERS: Readonly<Record<keyof typeof PINNED, string | null>> = {
  role: "pg_monitor",
  search_path: "public",
  row_security: "on",
  quote_all_identifiers: "on",
  DateStyle: "German, DMY",
  IntervalStyle: "sql_standard",
  TimeZone: "Asia/Ho_Chi_Minh",
  timezone_abbreviations: "India",
  bytea_output: "escape",
  extra_float_digits: "0",
  lc_monetary: "C.UTF-8",
  lc_numeric: "C.UTF-8",
  lc_time: "C.UTF-8",
  xmlbinary: "hex",
  xmloption: "document",
  client_encoding: "LATIN1",
  standard_conforming_strings: "off",
  backslash_quote: "on",
  escape_string_warning: "off",
  array_nulls: "off",
  transform_null_equals: "on",
  default_transaction_read_only: "on",
  default_transaction_isolation: "serializable",
  default_transaction_deferrable: "on",
  statement_timeout: "1ms",
  lock_timeout: "1ms",
  idle_in_transaction_session_timeout: "1ms",
  idle_session_timeout: "1ms",
  exit_on_error: "on",
  default_tablespace: "pg_default",
  temp_tablespaces: "pg_default",
  default_table_access_method: null,
  default_toast_compression: null,
  check_function_bodies: "off",
  password_encryption: "md5",
  client_min_messages: "debug5",
  jit: "on",
  plan_cache_mode: "force_custom_plan",
  gin_fuzzy_search_limit: "1",
};

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  const client = await database.connect();
  await client.query("GRANT pg_monitor TO cutter_exec");
  for (const [name, value] of Object.entries(OTHERS)) {
    if (value === null) continue;
    // A role of its own for everybody would lock out other tests' administrators; both ways are tried for the rest.
    const reach = name === "role" ? [] : [`DATABASE ${database.name}`];
    const list = ["search_path", "DateStyle", "temp_tablespaces"].includes(name) ? value : `'${value}'`;
    for (const whose of [...reach, `ROLE cutter_exec IN DATABASE ${database.name}`]) {
      await client.query(`ALTER ${whose} SET ${name} = ${list}`);
    }
  }
});
afterAll(async () => {
  await database.rows("REVOKE pg_monitor FROM cutter_exec");
  await database.drop();
});

const ASK = `SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY ('{${Object.keys(PINNED).join(",")}}') ORDER BY name COLLATE "C"`;

/** As pg_settings writes what was pinned. */
const shown = Object.entries(PINNED)
  .map(([name, value]) => `${name} ${name === "DateStyle" ? "ISO, YMD" : value}`)
  .filter((line) => !line.startsWith("role "))
  .sort();

test("every setting that changes how text is read or written is ours in the driver, whatever the database and the role say", async () => {
  const { host, port, database: name, user, password } = database.settings("cutter_exec");
  const client = await openSession(
    { host, port, sslmode: "disable", sslrootcert: null },
    { database: name, user, password },
    { applicationName: "test" },
  );
  const { rows } = await client.query<{ name: string; setting: string }>(ASK);
  const { rows: who } = await client.query(
    "SELECT current_user::text AS me, '2024-02-01'::date::text AS day, 'a\\b' AS text",
  );
  await client.end();
  expect(
    rows
      .map((row) => `${row.name} ${row.setting}`)
      .filter((line) => !line.startsWith("role "))
      .sort(),
  ).toEqual(shown);
  expect(who).toEqual([{ me: "cutter_exec", day: "2024-02-01", text: "a\\b" }]);
});

test("and in the programs of PostgreSQL", async () => {
  const { host, port, database: name, user, password } = database.settings("cutter_exec");
  const access = { host, port, sslmode: "disable", sslrootcert: null, database: name, user, password } as const;
  const told = await withPasswordFile("/tmp", password, undefined, async (file) => {
    const psql = startProgram(join(database.cluster.binDir, "psql"), ["-XAtq", "-F ", "-c", ASK], {
      access,
      password: file,
      user: undefined,
      capSeconds: 30,
    });
    psql.stdin.end();
    let text = "";
    for await (const chunk of psql.stdout) text += String(chunk);
    await psql;
    return text;
  });
  expect(
    told
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("role "))
      .sort(),
  ).toEqual(shown);
});
