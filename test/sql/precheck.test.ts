// What a precheck finds in a real database: rights and names, by file and role, without executing a single statement.
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectDatabaseFacts } from "../../runner/adapters/precheck-database.ts";
import type { Point } from "../../runner/model/point.ts";
import { declaredRights } from "../../runner/adapters/rights.ts";
import { undeclaredFacts } from "../../runner/rules/adopted-environment.ts";
import { prechecks, type PrecheckFacts } from "../../runner/rules/precheck.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { everyRow } from "../support/principals.ts";
import { runnerConfig, type RunnerConfig } from "../support/runner-config.ts";

let db: FreshDatabase;
let runner: RunnerConfig;
beforeAll(async () => {
  db = await freshDatabase();
  runner = await runnerConfig(db.cluster, db.name);
});
afterAll(async () => {
  runner.remove();
  await db.drop();
});

const looked = async (adopted?: PrecheckFacts["adopted"]): Promise<Point[]> => {
  const facts = await collectDatabaseFacts(runner.config);
  return prechecks({ ...facts, others: [], adopted, rights: declaredRights() });
};
const failed = (checks: readonly Point[]): [string, string][] =>
  checks.filter((check) => check.state !== "found").map((check) => [check.title, check.saw]);

/** What fails after `change`, which `undo` takes back. */
async function failedAfter(change: string, undo: string): Promise<[string, string][]> {
  await db.rows(change);
  try {
    return failed(await looked());
  } finally {
    await db.rows(undo);
  }
}

test("on a database with every package nothing fails and no row of any table is written", async () => {
  const before = await everyRow(db);
  const sequences = () => db.rows("SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2");
  const numbers = await sequences();
  expect(failed(await looked())).toEqual([]);
  expect(await everyRow(db)).toBe(before);
  expect(await sequences()).toEqual(numbers);
});

test("a superuser who came after the adoption is named; an adopted host passes, and one that nobody adopted says so", async () => {
  const { environment = [] } = await collectDatabaseFacts(runner.config);
  const adopted = undeclaredFacts(environment, declaredRights());
  expect(failed(await looked(adopted))).toEqual([]);
  expect((await looked()).find(({ title }) => title === "adopted environment")?.saw).toMatch(/^not compared: nobody/);
  await db.rows("CREATE ROLE precheck_backdoor LOGIN SUPERUSER");
  try {
    expect(failed(await looked(adopted))).toContainEqual([
      "adopted environment",
      "precheck_backdoor is superuser added",
    ]);
  } finally {
    await db.rows("DROP ROLE precheck_backdoor");
  }
});

test("a missing right on a table is named with the statement and the role that need it", async () => {
  const found = await failedAfter(
    "REVOKE SELECT ON public.birth_registry FROM cutter_verify",
    "GRANT SELECT ON public.birth_registry TO cutter_verify",
  );
  expect(found).toContainEqual([
    "sql/verify/written-units.sql as cutter_verify",
    "permission denied for table birth_registry",
  ]);
  expect(found.filter(([name]) => name.endsWith("as cutter_exec"))).toEqual([]);
});

test("a right that only a later look at a finished run needs is named too", async () => {
  const found = await failedAfter(
    "REVOKE SELECT ON public.iu_lifecycle_log FROM cutter_verify",
    "GRANT SELECT ON public.iu_lifecycle_log TO cutter_verify",
  );
  expect(found).toContainEqual([
    "sql/verify/lifecycle-log.sql as cutter_verify",
    "permission denied for table iu_lifecycle_log",
  ]);
});

test("a missing right to insert is named although nothing is inserted", async () => {
  const grant = (verb: string, word: string) =>
    `${verb} INSERT ON cutter_governance.cut_change_set ${word} cutter_exec`;
  expect(await failedAfter(grant("REVOKE", "FROM"), grant("GRANT", "TO"))).toContainEqual([
    "sql/write/leg-b-change-set.sql as cutter_exec",
    "permission denied for table cut_change_set",
  ]);
});

test("a missing right on a function is named although the function is not called", async () => {
  const grant = (verb: string, word: string) =>
    `${verb} EXECUTE ON FUNCTION cutter_runtime.release_lease(text, bigint) ${word} cutter_exec`;
  expect(await failedAfter(grant("REVOKE", "FROM"), grant("GRANT", "TO"))).toContainEqual([
    "sql/write/release-lease.sql as cutter_exec",
    "permission denied for function release_lease",
  ]);
});

test("a column under another name is named with every statement that reads it", async () => {
  const rename = (from: string, to: string) =>
    `ALTER TABLE cutter_governance.source_document_version_registry RENAME COLUMN ${from} TO ${to}`;
  const found = await failedAfter(rename("captured_at", "taken_at"), rename("taken_at", "captured_at"));
  expect(found).toEqual([
    ["sql/read/documents-asked-for.sql as cutter_exec", expect.stringContaining("captured_at does not exist")],
    ["sql/read/source-document.sql as cutter_exec", expect.stringContaining("captured_at does not exist")],
  ]);
});
