// The real PgBouncer in front of a real server: every pool mode, with and without our settings at the start of a session dropped in silence.
// The run's own session and the look of `drift` and `readiness` both refuse it by name.
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { declareHost } from "../../infra/host-spec.ts";
import { readLooks } from "../../infra/probe.ts";
import { POOLED } from "../../infra/render/psql.ts";
import { renderProbe } from "../../infra/render/probe.ts";
import { openSession } from "../../runner/adapters/postgres-connection.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { BOOTSTRAP_ROLE, SUBSTRATE_TEMPLATE, startTestCluster, type TestCluster } from "../support/cluster.ts";
import { declaredStack, smallSources } from "../support/declared-stack.ts";
import { freePort } from "../support/throw-away-sshd.ts";

const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stdout.write("PgBouncer is tested as root only: it has to run as another user\n");
let cluster: TestCluster;
let folder = "";
let pooler: ChildProcess | undefined;

beforeAll(async () => {
  if (!asRoot) return;
  if (programPath("pgbouncer") === undefined) throw new Error("missing: pgbouncer (Debian package pgbouncer)");
  cluster = await startTestCluster();
  folder = mkdtempSync("/tmp/pb-");
  chmodSync(folder, 0o777);
}, 120_000);
afterEach(async () => {
  if (pooler?.exitCode === null) {
    pooler.kill("SIGTERM");
    await once(pooler, "exit");
  }
  pooler = undefined;
});
afterAll(async () => {
  await cluster?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Starts PgBouncer and returns its port once it answers. */
async function startPooler(mode: string, dropped: string): Promise<number> {
  const { facts } = cluster;
  const port = await freePort();
  const users = [BOOTSTRAP_ROLE, "workflow_admin"] as const;
  writeFileSync(join(folder, "users"), users.map((role) => `"${role}" "${facts.passwords[role]}"\n`).join(""));
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    `[databases]
* = host=${facts.host} port=${facts.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, "users")}
pool_mode = ${mode}
ignore_startup_parameters = ${dropped}
logfile = ${join(folder, "log")}
`,
  );
  const words = ["--reuid=postgres", "--regid=postgres", "--clear-groups", programPath("pgbouncer") ?? ""];
  pooler = spawn("setpriv", [...words, join(folder, "pgbouncer.ini")], { stdio: "ignore" });
  for (let tries = 0; tries < 100; tries += 1) {
    const asked = spawnSync(
      "psql",
      ["-h", "127.0.0.1", "-p", String(port), "-U", BOOTSTRAP_ROLE, "-c", "SELECT 1", "postgres"],
      {
        env: { PATH: process.env["PATH"], PGPASSWORD: facts.passwords[BOOTSTRAP_ROLE] },
      },
    );
    if (asked.status === 0) return port;
    await pause(50);
  }
  throw new Error(`PgBouncer does not answer: ${readFileSync(join(folder, "log"), "utf8")}`);
}

const modes = ["session", "transaction", "statement"].flatMap((mode) =>
  ["extra_float_digits", "extra_float_digits,options"].map((dropped) => [mode, dropped] as const),
);

test.runIf(asRoot).each(modes)(
  "PgBouncer in mode %s, dropping %s, stood where the database was named: it was taken for the server",
  async (mode, dropped) => {
    const port = await startPooler(mode, dropped);
    const password = cluster.facts.passwords[BOOTSTRAP_ROLE];
    const opened = openSession(
      { host: "127.0.0.1", port, sslmode: "disable", sslrootcert: null },
      { database: SUBSTRATE_TEMPLATE, user: BOOTSTRAP_ROLE, password },
      { applicationName: "test" },
    );
    await expect(opened).rejects.toMatchObject({
      code: "STOP_PRECHECK_FAILED",
      facts: { saw: expect.stringContaining("PgBouncer") as string, wanted: "PostgreSQL itself" },
    });

    const passFile = join(folder, "pass");
    writeFileSync(passFile, `*:*:*:*:${cluster.facts.passwords.workflow_admin}\n`, { mode: 0o600 });
    const { request } = declareHost(declaredStack(), smallSources(true));
    const at = { psql: programPath("psql") ?? "", host: "127.0.0.1", port, name: SUBSTRATE_TEMPLATE, passFile };
    const script = renderProbe({ ...request, database: { ...request.database, ...at } });
    const answer = execFileSync("sh", [], { input: script, maxBuffer: 64 * 1024 * 1024 }).toString();
    expect(() => readLooks(answer)).toThrowError(
      expect.objectContaining({
        facts: expect.objectContaining({
          details: expect.arrayContaining([`database: ${POOLED}`]) as string[],
        }) as object,
      }) as Error,
    );
  },
  60_000,
);
