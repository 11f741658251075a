// State in a place that several machines reach: a real PostgreSQL as backend of the real engine. A killed `up` leaves its lock there; the
// next one names its holder, and `unlock` of a stack that is no sandbox takes it away.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../runner/model/stop.ts";
import { bringUpStack } from "../../scripts/stack/engine-runs.ts";
import { ENGINE_STATUS } from "../../scripts/stack/engine-process.ts";
import { up } from "../../scripts/stack/pulumi.ts";
import { startTestCluster, withClient, BOOTSTRAP_ROLE, type TestCluster } from "../support/cluster.ts";
import { operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";
import { makePulumiProject, setConfig, type PulumiProject } from "../support/pulumi-project.ts";
import { freePort, startThrowAwaySshd, type ThrowAwaySshd } from "../support/throw-away-sshd.ts";

const PASSWORD = "state/of:all@people";
const SECRET = "a password of the stack";
let cluster: TestCluster;
let sshd: ThrowAwaySshd;
let target = "";
let project: PulumiProject;
let clone: OperatorClone;
let backendUrl = "";

beforeAll(async () => {
  cluster = await startTestCluster("fast", undefined, await freePort());
  sshd = await startThrowAwaySshd();
  target = mkdtempSync("/tmp/shared-state-");
  await withClient(cluster.facts, BOOTSTRAP_ROLE, "postgres", async (client) => {
    await client.query(`CREATE ROLE pulumi_state LOGIN PASSWORD '${PASSWORD}'`);
    await client.query("CREATE DATABASE pulumi_state OWNER pulumi_state");
  });
  const { host, port } = cluster.facts;
  backendUrl = `postgres://pulumi_state:${encodeURIComponent(PASSWORD)}@${host}:${port}/pulumi_state?sslmode=disable`;
  project = await makePulumiProject(sshd, SECRET, { "cutter:sandbox": "true", "cutter:script": "true" }, backendUrl);
  clone = await operatorClone("desk");
  for (const file of ["Pulumi.yaml", "index.cjs"])
    writeFileSync(join(clone.folder, file), readFileSync(join(project.folder, file)));
  writeFileSync(join(clone.folder, "Pulumi.sandbox.yaml"), 'config:\n  cutter:sandbox: "false"\n');
}, 600_000);
afterAll(async () => {
  project?.remove();
  await removeClones();
  await sshd?.stop();
  await cluster?.stop();
  if (target) rmSync(target, { recursive: true, force: true });
});

async function untilItExists(file: string): Promise<string> {
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await pause(100);
  return readFileSync(file, "utf8").trim();
}

/** Processes whose environment names this project's backend: the engine and its helpers. */
function engines(): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      return readFileSync(`/proc/${name}/environ`, "utf8").includes(backendUrl) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** `unlock` in a colleague's clone, about the same stack, which says there that it is no sandbox. */
async function unlock(): Promise<{ status: number; stdout: string; stderr: string }> {
  const [program, ...line] = clone.line("unlock", "sandbox");
  const done = await execa(program, line, {
    cwd: clone.folder,
    reject: false,
    stdin: "ignore",
    env: {
      PULUMI_BACKEND_URL: backendUrl,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(project.folder, "passphrase"),
    },
  });
  return { status: done.exitCode ?? -1, stdout: done.stdout, stderr: done.stderr };
}

test("a killed up left its lock in a shared backend: the next names who holds it, unlock takes it away, and up goes on", async () => {
  await setConfig(project.engine, { "cutter:script": `echo $$ > '${target}/busy'; exec sleep 600` });
  const first = up(project.engine, { skipPreview: true }).catch(() => undefined);
  const held = await untilItExists(join(target, "busy"));
  for (const pid of engines()) process.kill(pid, "SIGKILL");
  await first;
  process.kill(Number(held), "SIGKILL");
  await setConfig(project.engine, { "cutter:script": "true" });

  const place = { ...project.engine.place, project: clone.folder };
  const colleagues = { ...project.engine, place };
  const refused = await bringUpStack(colleagues, () => undefined).then(
    () => undefined,
    (error: unknown) => (error instanceof Stopped ? error : Promise.reject(error as Error)),
  );
  expect(refused?.code).toBe("STOP_LEASE_HELD");
  expect(refused?.facts.details?.join("\n")).toMatch(/^\S+@\S+, process \d+, since .*: that process is gone$/m);
  expect(refused?.facts.next).toBe("npm run unlock -- sandbox");
  expect(JSON.stringify(refused?.facts)).not.toContain(encodeURIComponent(PASSWORD));

  const taken = await unlock();
  expect([taken.status, taken.stdout]).toEqual([
    0,
    expect.stringMatching(/^\S+@\S+, process \d+, .*gone\ntaken away; go on with: npm run drift/),
  ]);
  expect(await up(project.engine, { skipPreview: true })).toMatchObject({ status: ENGINE_STATUS.done });
  expect((await unlock()).stdout).toContain("no lock of sandbox was met from this clone");
}, 600_000);

test("the state of a stack in a shared database holds no secret in the clear", async () => {
  const rows = await withClient(cluster.facts, BOOTSTRAP_ROLE, "pulumi_state", async (client) => {
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'",
    );
    expect(tables.rows.length).toBeGreaterThan(0);
    const texts = [];
    for (const { name } of tables.rows) texts.push(JSON.stringify((await client.query(`SELECT * FROM ${name}`)).rows));
    return texts.join("\n");
  });
  expect(rows.length).toBeGreaterThan(100);
  expect(rows).not.toContain(SECRET);
  expect(rows).not.toContain(sshd.privateKey.split("\n")[2] ?? "none");
});
