// A cluster of our own starts, is found again, takes its settings, and ends exactly when told to.
import { randomBytes } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { findRunning, processStart, startCluster, stopProcess } from "../../runner/adapters/postgres-cluster.ts";
import type { Cluster, ClusterSpec } from "../../runner/adapters/postgres-cluster.ts";
import { findPostgresPrograms } from "../support/cluster.ts";

let clusters: Cluster[] = [];
let folders: string[] = [];
afterEach(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  clusters = [];
  folders = [];
});

async function specOf(settings: Record<string, string> = {}, dataName = "data"): Promise<ClusterSpec> {
  const home = `/tmp/c-${randomBytes(4).toString("hex")}`;
  folders.push(home);
  return {
    dataDir: join(home, dataName),
    socketDir: join(home, "s"),
    binDir: findPostgresPrograms(),
    runAs: "postgres",
    superuser: "owner_of_all",
    superuserPassword: "it's \\ a 'password'",
    settings: { fsync: "off", ...settings },
  };
}
async function start(spec: ClusterSpec): Promise<Cluster> {
  const cluster = await startCluster(spec);
  clusters.push(cluster);
  return cluster;
}
async function ask(spec: ClusterSpec, sql: string, password = spec.superuserPassword): Promise<unknown> {
  const client = new pg.Client({
    host: spec.socketDir,
    port: 5432,
    user: spec.superuser,
    password,
    database: "postgres",
  });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

test("a new cluster answers its superuser over the socket only, and the wrong password not at all", async () => {
  const spec = await specOf();
  await start(spec);
  expect(await ask(spec, "SHOW listen_addresses")).toBe("");
  expect(await ask(spec, "SELECT rolname FROM pg_roles WHERE rolsuper")).toBe("owner_of_all");
  await expect(ask(spec, "SELECT 1", "wrong")).rejects.toThrow(/authentication failed/);
});

test("settings reach the server, also ones with quotes, and change with the next start", async () => {
  const spec = await specOf({ max_locks_per_transaction: "128", "cutter.note": "it's" });
  await (await start(spec)).stop();
  const again = { ...spec, settings: { ...spec.settings, max_locks_per_transaction: "256" } };
  await start(again);
  expect(await ask(spec, "SHOW max_locks_per_transaction")).toBe("256");
  expect(await ask(spec, "SELECT current_setting('cutter.note')")).toBe("it's");
});

test("data survives a stop and a start, and no file with the password is left", async () => {
  const spec = await specOf({}, "data with blanks");
  const first = await start(spec);
  await ask(spec, "CREATE TABLE kept AS SELECT 7 AS n");
  await first.stop();
  const second = await start(spec);
  expect(second.pid).not.toBe(first.pid);
  expect(await ask(spec, "SELECT n FROM kept")).toBe(7);
  const files = (await execa("grep", ["-rlF", spec.superuserPassword, join(spec.dataDir, "..")], { reject: false }))
    .stdout;
  expect(files).toBe("");
});

test("starting a cluster that runs finds it instead of starting a second", async () => {
  const spec = await specOf();
  const first = await start(spec);
  const second = await startCluster(spec);
  expect({ pid: second.pid, startTicks: second.startTicks }).toEqual({ pid: first.pid, startTicks: first.startTicks });
});

test("its folders are closed to others and the server does not run as root", async () => {
  const spec = await specOf();
  const { pid } = await start(spec);
  expect((await stat(spec.socketDir)).mode & 0o777).toBe(0o700);
  expect((await stat(spec.dataDir)).mode & 0o777).toBe(0o700);
  const uid = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  expect(uid).not.toBe("0");
  const environment = await readFile(`/proc/${pid}/environ`, "latin1");
  expect(
    environment
      .split("\0")
      .map((entry) => entry.split("=")[0])
      .filter((name) => name !== "" && name !== undefined && !/^(?:PATH|LC_|LANG|PG)/.test(name) && name !== "PWD"),
  ).toEqual([]);
});

test("after stop the process is gone and stopping again does nothing", async () => {
  const spec = await specOf();
  const cluster = await start(spec);
  await cluster.stop();
  expect(await processStart(cluster.pid)).toBeUndefined();
  expect(await findRunning(spec.dataDir)).toBeUndefined();
  await cluster.stop();
});

test("a process whose number was used again is left alone", async () => {
  const stranger = execa("sleep", ["60"]);
  const pid = stranger.pid ?? 0;
  try {
    await stopProcess({ pid, startTicks: "1" }, "SIGKILL");
    expect(await processStart(pid)).toBeDefined();
  } finally {
    stranger.kill();
    await stranger.catch(() => undefined);
  }
});

test("a server that cannot start says why in the words of its log", async () => {
  const spec = await specOf({ shared_buffers: "a lot" });
  await expect(startCluster(spec)).rejects.toMatchObject({
    code: "STOP_COULD_NOT_LOOK",
    facts: { saw: expect.stringMatching(/shared_buffers/) },
  });
});
