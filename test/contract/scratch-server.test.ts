// The initdb adapter under the contract, and what only it promises.
import { execa } from "execa";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processStart } from "../../runner/adapters/process-identity.ts";
import { initdbScratch } from "../../runner/adapters/scratch-initdb.ts";
import { testScratch } from "../support/backup.ts";
import { findPostgresPrograms } from "../support/cluster.ts";
import { bundleProgram } from "../support/bundle.ts";
import { scratchServerContract } from "./scratch-server.contract.ts";

const UNIX_USER = process.getuid?.() === 0 ? "postgres" : null;
const binDir = findPostgresPrograms();
let root: string;
beforeAll(async () => {
  root = await mkdtemp("/tmp/sc-");
  // The user of the servers must pass through it, as through any scratch_root.
  await execa("chmod", ["711", root]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

scratchServerContract("initdb", () => testScratch(binDir, root));

test("it listens on no network address, its cluster is another one at every start, and two run side by side", async () => {
  const [first, second] = [await testScratch(binDir, root).start(0), await testScratch(binDir, root).start(0)];
  const seen = await Promise.all(
    [first, second].map(async (scratch) => {
      const client = new pg.Client({
        host: scratch.socketDir,
        port: scratch.port,
        user: scratch.superuser,
        password: scratch.password,
        database: scratch.maintenance,
      });
      await client.connect();
      const { rows } = await client.query<{ identifier: string; listens: string }>(
        "SELECT system_identifier AS identifier, current_setting('listen_addresses') AS listens FROM pg_control_system()",
      );
      await client.end();
      return rows[0];
    }),
  );
  expect(seen.map((row) => row?.listens)).toEqual(["", ""]);
  expect(seen[0]?.identifier).not.toBe(seen[1]?.identifier);
  await first.stop();
  await second.stop();
});

test("a file where the folder of scratch servers should be is a failed backup with its path, no bug of the program", async () => {
  const file = join(root, "scratch");
  await writeFile(file, "");
  await expect(testScratch(binDir, file).start(0)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: expect.stringContaining(file) as unknown },
  });
  await rm(file);
});

test("folders of a runner that was killed are removed by the next start, those of living ones stay", async () => {
  const [dead, living] = ["cs-00000001", "cs-00000002"].map((name) => join(root, name));
  const gone = execa("true");
  await gone;
  for (const [folder, owner] of [
    [dead, { pid: gone.pid, started: "1" }],
    [living, { pid: process.pid, started: processStart(process.pid) }],
  ] as const) {
    await mkdir(folder ?? "");
    await writeFile(join(folder ?? "", "owner.json"), JSON.stringify({ ...owner, data: join(folder ?? "", "data") }));
  }
  const scratch = await testScratch(binDir, root).start(0);
  await scratch.stop();
  expect((await readdir(root)).sort()).toEqual(["cs-00000002"]);
});

test("the server ends with the process that started it, even when that one is killed", async () => {
  const program = join(root, "starter.mjs");
  await bundleProgram(
    program,
    `
    import { initdbScratch } from "./runner/adapters/scratch-initdb.ts";
    const scratch = await initdbScratch(${JSON.stringify({ binDir, root, unixUser: UNIX_USER })}).start(0);
    process.stdout.write(scratch.folder + String.fromCharCode(10));
    setInterval(() => undefined, 1000);`,
  );
  const runner = execa(process.execPath, [program], { reject: false });
  const [folder = ""] = await runner
    .iterable()
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [String(value)]);
  const pid = await postmasterOf(folder);
  const started = processStart(pid);
  expect(started).toBeDefined();
  runner.kill("SIGKILL");
  await runner;
  for (let turn = 0; turn < 600 && processStart(pid) === started; turn += 1) await pause(50);
  expect(processStart(pid)).not.toBe(started);
  // The next start takes away what the killed one left, in memory too.
  await (await testScratch(binDir, root).start(0)).stop();
  await expect(postmasterOf(folder)).resolves.toBe(0);
  expect((await readdir("/dev/shm").catch(() => [])).filter((name) => name === basename(folder))).toEqual([]);
});

test("a missing installation, root without a user, and an unknown user are refused before anything is made", async () => {
  for (const settings of [
    { binDir: "/nowhere", root, unixUser: UNIX_USER },
    { binDir, root, unixUser: "no-such-user-here" },
  ]) {
    await expect(initdbScratch(settings).start(0)).rejects.toMatchObject({ code: "STOP_BACKUP_FAILED" });
  }
});

/** The postmaster's pid; its data lies in memory or in the folder. */
async function postmasterOf(folder: string): Promise<number> {
  const texts = await Promise.all(
    ["/dev/shm", folder].map((parent) =>
      readFile(join(parent, basename(folder), "postmaster.pid"), "utf8").catch(() => ""),
    ),
  );
  return Number(texts.join("").split("\n")[0]);
}

test("memory that is closed to the runner is passed over: the server works below the root", async () => {
  const own = await mkdtemp("/tmp/sm-");
  await execa("chmod", ["711", own]);
  try {
    // A file where the folder in memory should be: room is there, and nothing can be made in it.
    const memory = join(own, "closed");
    await writeFile(memory, "");
    const scratch = await initdbScratch({ binDir, root: own, memory, unixUser: UNIX_USER }).start(1);
    await scratch.stop();
    expect(await readdir(own)).toEqual(["closed"]);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
});

test("a root that nobody made is named with the line that makes it, not as EACCES alone", async () => {
  const start = initdbScratch({ binDir, root: join(import.meta.filename, "scratch"), unixUser: UNIX_USER }).start(1);
  await expect(start).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: {
      saw: expect.stringContaining("cannot be used: ENOTDIR") as string,
      hint: expect.stringContaining("install -d") as string,
    },
  });
});
