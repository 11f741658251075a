// The configuration, or somebody at the database, points a host at another database than the one people signed for: another
// cluster, a copy beside it, the same one restored to yesterday. Nothing may be written to any of them.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { besideTheDatabase } from "../support/beside-the-database.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { rewriteJson } from "../support/hand-signed.ts";
import { expectRefused, wordsOf } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
let statement: string;

const beside = (...statements: string[]) =>
  besideTheDatabase(host.sandbox, async (client) => {
    for (const text of statements) await client.query(text);
  });

async function withDatabase(change: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  const { configFile } = host.sandbox.place;
  const before = rewriteJson(configFile, (config) => ({
    ...config,
    database: { ...(config["database"] as object), ...change },
  }));
  try {
    await work();
  } finally {
    writeFileSync(configFile, before);
  }
}

const unitsOf = async (prefix: string): Promise<number> =>
  (await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", [`${prefix}/%`])).length;

beforeAll(async () => {
  host = await governedHost();
  await host.register("WRONG-1", LAW);
  await host.register("WRONG-2", LAW.replaceAll("text", "words"));
  await beside("CREATE DATABASE yesterday TEMPLATE directus OWNER workflow_admin");
  run = await host.cut("WRONG-1");
  statement = await host.sign(run, "SG_1_cut_authz", "linh");
  expect(await host.cutter("gate", "admit", statement, await host.sign(run, "EXECUTION", "minh"))).toMatchObject({
    status: 0,
  });
  await beside("CREATE DATABASE staging TEMPLATE directus OWNER workflow_admin");
});
afterAll(async () => {
  await host?.remove();
});

describe("a configuration that names another cluster", () => {
  test.each([
    ["cut", () => ["orchestrate", "cut", "WRONG-2"]],
    ["resume", () => ["orchestrate", "resume", run]],
    ["admit", () => ["gate", "admit", statement]],
    ["void", () => ["orchestrate", "void", run, "x"]],
  ])("stops %s before anything is written", async (_verb, words) => {
    await withDatabase({ system_identifier: "7301234567890123456" }, async () => {
      const answer = await expectRefused(host, () => host.cutter(...words()), "STOP_DRIFT", /system_identifier is \d+/);
      expect(wordsOf(answer)).toContain("system_identifier 7301234567890123456, as the configuration names it");
    });
  });
});

describe("a configuration that names another database of the same cluster", () => {
  test("stops a signed run in a copy that has the run and its signatures too", async () => {
    await withDatabase({ name: "staging" }, async () => {
      await expectRefused(
        host,
        () => host.cutter("orchestrate", "resume", run),
        "STOP_GRANT_DELTA",
        /database staging/,
      );
    });
  });
  test("stops a cut in a database without the packages, saying what is missing", async () => {
    await withDatabase({ name: "postgres" }, async () => {
      await expectRefused(
        host,
        () => host.cutter("orchestrate", "cut", "WRONG-2"),
        "STOP_PRECHECK_FAILED",
        /source_document_registry|cutter_/,
      );
    });
  });
  test("could not look when there is no such database", async () => {
    await withDatabase({ name: "nowhere" }, async () => {
      await expectRefused(host, () => host.cutter("orchestrate", "cut", "WRONG-2"), "STOP_COULD_NOT_LOOK", /nowhere/);
    });
  });
});

test("a database restored to before the run does not know the run nor its signatures, and the restored state is not cut by them", async () => {
  await beside("ALTER DATABASE directus RENAME TO today", "ALTER DATABASE yesterday RENAME TO directus");
  try {
    await expectRefused(host, () => host.cutter("orchestrate", "resume", run), "STOP_REFUSED_INPUT", /no run ictr-/);
    await expectRefused(
      host,
      () => host.cutter("gate", "admit", statement),
      "STOP_APPROVAL_INVALID",
      /a run this database does not know/,
    );
    expect(await unitsOf("WRONG-1")).toBe(0);
  } finally {
    await beside("ALTER DATABASE directus RENAME TO yesterday", "ALTER DATABASE today RENAME TO directus");
  }
});
