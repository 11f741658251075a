// The docker adapter under the contract, against a stand-in of the docker program that really starts servers, and against a real engine
// where one answers.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { dockerScratch } from "../../runner/adapters/scratch-docker.ts";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import type { ScratchServer } from "../../runner/world/backup.ts";
import { projectRoot } from "../../infra/place.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { backupPlace, backupRequest, makeRecipient } from "../support/backup.ts";
import { bundleProgram } from "../support/bundle.ts";
import { findPostgresPrograms } from "../support/cluster.ts";
import { freshDatabase } from "../support/database.ts";
import { dockerStandIn, type DockerStandIn } from "../support/docker-engine.ts";
import { prepareMajors } from "../support/postgres-majors.ts";
import { scratchServerContract } from "./scratch-server.contract.ts";

const TARGET = "7301234567890123456";
const majors = prepareMajors();
const client = Math.max(...majors.clients);
const folder = mkdtempSync("/tmp/dk-");
const images = Object.fromEntries(
  majors.servers.map((major) => [`postgres:${major}`, majors.installation(major, client)]),
);
let engine: DockerStandIn;
beforeAll(async () => {
  // The server's user must pass through it.
  await chmod(folder, 0o711);
  engine = await dockerStandIn(folder, images);
});
afterEach(() => expect(engine.ids()).toEqual([]));
afterAll(async () => {
  await engine.end();
  rmSync(folder, { recursive: true, force: true });
  majors.remove();
});
const adapter = (image = "postgres:16", program = engine.program): ScratchServer =>
  dockerScratch({ binDir: findPostgresPrograms(), program, image, target: TARGET });

scratchServerContract("docker", () => adapter());

test.each(majors.servers)(
  "a container of postgres:%i is a scratch server of that major, on loopback, its password in no list of processes",
  async (major) => {
    const scratch = await adapter(`postgres:${major}`).start(0);
    try {
      expect([scratch.major, scratch.socketDir, scratch.sslmode]).toEqual([major, "127.0.0.1", "disable"]);
      expect(engine.ids()).toHaveLength(1);
      expect(engine.calls()).not.toContain(scratch.password);
    } finally {
      await scratch.stop();
    }
  },
);

test("a backup of this machine's PostgreSQL is proven in a container of a later one, and the container is gone afterwards", async () => {
  const database = await freshDatabase({ packages: ["read-rights"] });
  const recipient = await makeRecipient();
  const place = await backupPlace(recipient.publicKey);
  try {
    const receipt = await takeBackup(backupRequest(database, place, recipient, { scratch: adapter("postgres:18") }));
    expect(receipt.proof).toMatchObject({
      adapter: "docker",
      server_version: expect.stringMatching(/^18/) as string,
      tables: receipt.content_digests,
    });
  } finally {
    await place.remove();
    await database.drop();
  }
});

test("a container of a runner that was killed is removed by the next start, that of a living one stays", async () => {
  const program = join(folder, "starter.mjs");
  // A runner finds its statements beside itself.
  symlinkSync(join(projectRoot(), "sql"), join(folder, "sql"));
  await bundleProgram(
    program,
    `
    import { dockerScratch } from "./runner/adapters/scratch-docker.ts";
    await dockerScratch(${JSON.stringify({ binDir: findPostgresPrograms(), program: engine.program, image: "postgres:16", target: TARGET })}).start(0);
    process.stdout.write("started" + String.fromCharCode(10));
    setInterval(() => undefined, 1000);`,
  );
  const runner = execa(process.execPath, [program], { reject: false });
  await runner.iterable()[Symbol.asyncIterator]().next();
  const [left] = engine.ids();
  expect(left).toBeDefined();
  const living = await adapter().start(0);
  expect(engine.ids()).toContain(left);
  runner.kill("SIGKILL");
  await runner;
  const next = await adapter().start(0);
  expect(engine.ids()).toHaveLength(2);
  expect(engine.ids()).not.toContain(left);
  await living.stop();
  await next.stop();
});

test("an image that is not on the host is refused with the command that brings it", async () => {
  await expect(adapter("postgres:9").start(0)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: expect.stringContaining("No such image: postgres:9") as string, next: "docker pull postgres:9" },
  });
});

describe("an engine that does not run, and a program that is not there", () => {
  test("the program's own words are told", async () => {
    const down = await dockerStandIn(folder, images, true);
    await expect(adapter("postgres:16", down.program).start(0)).rejects.toMatchObject({
      code: "STOP_BACKUP_FAILED",
      facts: { saw: expect.stringContaining("Cannot connect to the Docker daemon") as string },
    });
    await expect(adapter("postgres:16", "/nowhere/docker").start(0)).rejects.toMatchObject({
      code: "STOP_BACKUP_FAILED",
      facts: { saw: "scratch server: docker ps: ENOENT" },
    });
  });
});

// The real program, where it is: its engine may run or not, the adapter's words must be known to it either way.
const real = programPath("docker");
const server =
  real === undefined ? undefined : spawnSync(real, ["version", "--format", "{{.Server.Version}}"], { timeout: 20_000 });
const there = server?.status === 0 && spawnSync(real ?? "", ["image", "inspect", "postgres:16"]).status === 0;
if (!there)
  process.stdout.write(
    `no docker engine with postgres:16 answers here, so the real one is not tested (${real ?? "no docker program"})\n`,
  );

test.runIf(real !== undefined && server?.status !== 0)(
  "the real program without an engine says what the stand-in says",
  async () => {
    await expect(adapter("postgres:16", real).start(0)).rejects.toMatchObject({
      code: "STOP_BACKUP_FAILED",
      facts: { saw: expect.stringMatching(/Cannot connect to the Docker daemon|permission denied/) as string },
    });
  },
);

test.runIf(real !== undefined)("every flag the adapter uses is one that the real program knows", () => {
  const calls = engine
    .calls()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);
  for (const verb of ["run", "ps", "port", "inspect", "rm"]) {
    const help = spawnSync(real ?? "", [verb, "--help"]).stdout.toString();
    const flags = new Set(
      calls
        .filter(([name]) => name === verb)
        .flatMap((words) => words.slice(1, words.indexOf("postgres:16") < 0 ? undefined : words.indexOf("postgres:16")))
        .filter((word) => /^--[a-z-]+$/.test(word)),
    );
    expect([verb, [...flags].filter((flag) => !help.includes(`${flag} `) && !help.includes(`${flag}\n`))]).toEqual([
      verb,
      [],
    ]);
  }
});

if (there) scratchServerContract("docker, the real engine", () => adapter("postgres:16", real));
