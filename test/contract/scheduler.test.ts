// The contract of Scheduler on the real library, in a database laid by our own package and as a role that may define nothing.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dbosScheduler } from "../../runner/adapters/dbos-scheduler.ts";
import { projectRoot } from "../../infra/place.ts";
import { BOOTSTRAP_ROLE, withClient } from "../support/cluster.ts";
import { clusterOfThisWorker } from "../support/database.ts";
import { engineSql } from "../../scripts/build/engine-sql.mjs";
import { schedulerContract, type SchedulerUnderTest, type WorkerProcess } from "./scheduler.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "scheduler-"));
const told = join(folder, "told");
const program = join(folder, "worker.mjs");
const sqlOf = (part: string): string => readFileSync(join(projectRoot(), "sql", "engine", `${part}.sql`), "utf8");
const asOwner = <T>(
  database: string,
  work: (query: (sql: string) => Promise<{ rows: T[] }>) => Promise<T[]>,
): Promise<T[]> =>
  withClient(clusterOfThisWorker(), BOOTSTRAP_ROLE, database, (client) => work((sql) => client.query(sql) as never));
const running = new Set<() => void>();

beforeAll(async () => {
  writeFileSync(told, "");
  await build({
    entryPoints: [join(projectRoot(), "test", "support", "scheduler-worker.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: ["pg-native", "winston", "winston-transport", "@opentelemetry/*"],
    banner: {
      js: "import { createRequire as testCreateRequire } from 'node:module'; const require = testCreateRequire(import.meta.url);",
    },
    logLevel: "silent",
  });
  await asOwner("postgres", async (query) => {
    await query("DROP DATABASE IF EXISTS cutter_engine WITH (FORCE)");
    await query("CREATE DATABASE cutter_engine");
    return [];
  });
  await asOwner("cutter_engine", async (query) => {
    await query(`BEGIN; ${sqlOf("apply")} COMMIT;`);
    return [];
  });
});
afterAll(async () => {
  for (const end of running) end();
  await asOwner("postgres", async (query) => {
    await query("DROP DATABASE IF EXISTS cutter_engine WITH (FORCE)");
    return [];
  });
  rmSync(folder, { recursive: true, force: true });
});

let workers = 0;
const server = () => {
  const { host, port } = clusterOfThisWorker();
  return { host, port };
};
const password = (): string => clusterOfThisWorker().passwords.cutter_engine;
const lines = (): string[] => readFileSync(told, "utf8").split("\n").filter(Boolean);

async function startWorker(write = 1): Promise<WorkerProcess> {
  const name = `worker-${(workers += 1)}`;
  const child = spawn(
    process.execPath,
    [program, JSON.stringify({ ...server(), password: password(), worker: name, told, write })],
    { stdio: ["pipe", "ignore", "inherit"] },
  );
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const end = (): void => void child.kill("SIGKILL");
  running.add(end);
  void ended.then(() => running.delete(end));
  await expect.poll(lines, { timeout: 20_000 }).toContain(`ready ${name}`);
  return {
    name,
    ended,
    handBack: async (worker) => {
      const before = lines().filter((line) => line.startsWith("handed back")).length;
      child.stdin?.write(`hand-back ${worker}\n`);
      await expect
        .poll(() => lines().filter((line) => line.startsWith("handed back")).length, { timeout: 10_000 })
        .toBe(before + 1);
      return Number(
        lines()
          .findLast((line) => line.startsWith("handed back"))
          ?.split(" ")[2],
      );
    },
    close: () => void child.stdin?.write("close\n"),
    kill: async () => {
      end();
      await ended;
    },
  };
}

const subject: SchedulerUnderTest = {
  client: () =>
    dbosScheduler({
      server: { ...server(), sslmode: "disable", sslrootcert: null },
      database: "cutter_engine",
      credential: { user: "cutter_engine", password: password() },
      release: "release-1",
      worker: "client",
      log: () => undefined,
    }).client(),
  worker: startWorker,
  told: lines,
  breakConnections: async () => {
    await asOwner("postgres", (query) =>
      query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cutter_engine' AND application_name LIKE '%worker-%'",
      ).then(() => []),
    );
  },
};

describe("the scheduler on @dbos-inc/dbos-sdk", () => schedulerContract(subject));

test("sql/engine/apply.sql is what the migrations of the installed library make", () => {
  expect(sqlOf("apply")).toBe(engineSql());
});

test("the engine's tables hold by their own check, and its role can define nothing", async () => {
  const facts = await asOwner<{ fact: string; ok: boolean }>(
    "cutter_engine",
    async (query) => (await query(sqlOf("check"))).rows,
  );
  expect(facts.filter(({ ok }) => !ok)).toEqual([]);
  expect(facts.length).toBeGreaterThan(3);
});

test("the driver stays pg 8 as long as the library asks its connections while they are busy", () => {
  const require = createRequire(import.meta.url);
  const { version } = require("pg/package.json") as { version: string };
  const sdk = require(join(projectRoot(), "node_modules/@dbos-inc/dbos-sdk/package.json")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  expect([sdk.version, version.split(".")[0], sdk.dependencies["pg"]]).toEqual(["5.3.0", "8", "^8.11.3"]);
});
