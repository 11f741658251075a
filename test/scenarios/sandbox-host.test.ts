import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endProcess, identifyProcess } from "../../scripts/sandbox/own-process.ts";
import { readState, writeState, type SandboxState } from "../../scripts/sandbox/state-file.ts";
import { layStackFile } from "../support/lay-host.ts";
import { builtProject } from "../support/project-copy.ts";

const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;
let root: string;
let built: string;
const clones: { folder: string; uid: number | undefined }[] = [];

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "hosts-")));
  built = await builtProject(join(root, "built"));
});
afterAll(async () => {
  for (const { folder, uid } of clones) await run(folder, ["remove", "--yes"], uid);
  rmSync(root, { recursive: true, force: true });
});

/** A built project in a folder of its own; `uid` owns it when it is not the test's own user. */
function clone(name: string, uid?: number): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const part of ["package.json", "dist", "sql"])
    cpSync(join(built, part), join(folder, part), { recursive: true });
  if (uid !== undefined) {
    chmodSync(root, 0o755);
    for (const entry of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })])
      chownSync(join(folder, entry), uid, uid);
  }
  clones.push({ folder, uid });
  return folder;
}

async function run(
  folder: string,
  args: readonly string[],
  uid?: number,
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const program = [process.execPath, join(folder, "dist", "scripts", "sandbox.mjs"), ...args];
  const words =
    uid === undefined ? program : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--", ...program];
  const done = await execa(words[0] ?? "", words.slice(1), {
    cwd: "/",
    reject: false,
    env: { ...process.env, PGHOST: "nowhere", PGOPTIONS: "-c nothing=1" },
    stdin: "ignore",
  });
  return { exitCode: done.exitCode, stdout: done.stdout, stderr: done.stderr };
}

function stateOf(folder: string): SandboxState {
  const state = readState(join(folder, ".sandbox", "state.json"));
  if (!state) throw new Error(`no state in ${folder}`);
  return state;
}

/** Value of an export as a shell sees it after evaluating what `sandbox env` printed. */
async function exported(folder: string, command: string, uid?: number): Promise<string> {
  const lines = (await run(folder, ["env"], uid)).stdout;
  return (
    await execa("sh", ["-c", `${lines}\n${command}`], {
      stdin: "ignore",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
  ).stdout;
}

/** Processes named by the host's short folders or working in them. */
const livingOf = (state: SandboxState): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const facts = [identifyProcess(Number(pid))?.command ?? "", workingFolder(pid)].join(" ");
      return facts.includes(state.short.host) || facts.includes(state.short.database);
    });

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

const deep = `a path with blanks ${"and many letters ".repeat(8)}`;

test("the host comes up in a path with blanks and 140 characters, twice, and the second time it keeps what is there", async () => {
  const folder = clone(deep);
  expect(folder.length).toBeGreaterThan(140);
  const first = await run(folder, ["up"]);
  expect([first.exitCode, first.stderr]).toEqual([0, expect.stringContaining("laying the existing system")]);
  const before = {
    state: stateOf(folder),
    stack: readFileSync(join(folder, "Pulumi.sandbox.yaml"), "utf8"),
    keys: readFileSync(join(folder, ".sandbox/operator/approvers.json"), "utf8"),
  };
  const second = await run(folder, ["up", "--json"]);
  expect([second.exitCode, second.stderr, JSON.parse(second.stdout)]).toEqual([
    0,
    "",
    { ssh_port: before.state.ssh?.port, stack_file: join(folder, "Pulumi.sandbox.yaml"), provisioned: false },
  ]);
  expect(JSON.parse((await run(folder, ["status", "--json"])).stdout)).toMatchObject({
    substrate: true,
    provisioned: false,
    processes: [{ pid: before.state.ssh?.process.pid }, { pid: before.state.processes.postgres?.pid }],
  });
  expect({
    state: stateOf(folder),
    stack: readFileSync(join(folder, "Pulumi.sandbox.yaml"), "utf8"),
    keys: readFileSync(join(folder, ".sandbox/operator/approvers.json"), "utf8"),
  }).toEqual(before);
});

test("the exports lead to the database and the runtime root from anywhere, whatever psql's own settings say", async () => {
  const folder = join(root, deep);
  await layStackFile(join(folder, "Pulumi.sandbox.yaml"));
  expect(await exported(folder, "$CUTTER_PSQL -Atc 'SELECT current_user, count(*) FROM information_unit'")).toBe(
    "workflow_admin|158",
  );
  expect(await exported(folder, "$CUTTER_PSQL_EXEC -Atc 'SELECT session_user'")).toBe("cutter_exec");
  expect(await exported(folder, 'ls "$CUTTER_ROOT"')).toBe(
    ["approvals", "artifacts", "backups", "batches", "locks", "reports", "rollback", "runs"].join("\n"),
  );
  expect(await exported(folder, 'printf "%s|%s" "$CUTTER_RUN_ID" "$CUTTER_DOCUMENT_ID"')).toBe("|");
  for (const line of (await run(folder, ["env"])).stdout.split("\n"))
    expect(line).toMatch(/^export (?:CUTTER|PULUMI)_[A-Z_]+=\S/);
});

test("no password of the host stands in the process list, the configuration or a file others can read", async () => {
  const folder = join(root, deep, ".sandbox");
  const passwords = readdirSync(join(folder, "host/env")).flatMap((name) => [
    ...(/_PASSWORD=(\S+)/g.exec(readFileSync(join(folder, "host/env", name), "utf8"))?.slice(1) ?? []),
  ]);
  expect(passwords).toHaveLength(8);
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => identifyProcess(Number(pid))?.command ?? "")
    .join("\n");
  const short = stateOf(join(root, deep)).short;
  const files = [folder, short.host].flatMap((top) =>
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const holders = files.filter((file) => passwords.some((password) => readFileSync(file).includes(password)));
  expect(passwords.filter((password) => processes.includes(password))).toEqual([]);
  expect(holders.filter((file) => !/\/env\/[a-z]+\.env$|\.pgpass$/.test(file))).toEqual([]);
  expect(holders.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
});

test("two clones come up at once, each with a cluster of its own, and one goes down without the other", async () => {
  const [one, two] = [clone("one"), clone("two")];
  const done = await Promise.all([run(one, ["up"]), run(two, ["up"]), run(two, ["up"])]);
  expect(done.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  const identifier = "$CUTTER_PSQL -Atc 'SELECT system_identifier FROM pg_control_system()'";
  expect(await exported(one, identifier)).not.toBe(await exported(two, identifier));
  expect((await run(one, ["down"])).exitCode).toBe(0);
  expect(livingOf(stateOf(one))).toEqual([]);
  expect(livingOf(stateOf(two))).not.toEqual([]);
});

test("after a killed server the next start recovers it, and after down no process of the host lives", async () => {
  const folder = join(root, "two");
  const server = stateOf(folder).processes.postgres;
  if (!server) throw new Error("no server is remembered");
  await endProcess(server, "SIGKILL");
  expect(await run(folder, ["up"])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("starting") });
  expect(await exported(folder, "$CUTTER_PSQL -Atc 'SELECT count(*) FROM unit_version'")).toBe("165");
  expect((await run(folder, ["down"])).exitCode).toBe(0);
  expect(livingOf(stateOf(folder))).toEqual([]);
  expect((await run(folder, ["down"])).stdout).toContain("nothing was running");
});

test("a stranger's process that got the server's number is left alone", async () => {
  const folder = join(root, "one");
  const stranger = execa("sleep", ["300"], { reject: false });
  const known = identifyProcess(stranger.pid ?? 0);
  if (!known) throw new Error("the stranger did not start");
  try {
    const state = stateOf(folder);
    writeState(join(folder, ".sandbox/state.json"), {
      ...state,
      processes: { postgres: { ...known, command: "postgres" } },
    });
    expect((await run(folder, ["down"])).exitCode).toBe(0);
    expect(identifyProcess(known.pid)).toEqual(known);
  } finally {
    await endProcess(known);
  }
});

test("down also ends a detached runner of this host, and leaves the same program with another configuration alone", async () => {
  const folder = join(root, deep);
  const wait = ["-e", "setTimeout(() => {}, 300_000)", "--", "--config"];
  const ours = execa(process.execPath, [...wait, join(folder, ".sandbox/host/orchestrator.config.json")], {
    reject: false,
  });
  const strangers = execa(process.execPath, [...wait, join(root, "one/.sandbox/host/orchestrator.config.json")], {
    reject: false,
  });
  const stranger = identifyProcess(strangers.pid ?? 0);
  if (!stranger) throw new Error("the stranger did not start");
  try {
    expect((await run(folder, ["down"])).stdout).toContain(`ended ${ours.pid} `);
    expect((await ours).signal).toBe("SIGTERM");
    expect(identifyProcess(stranger.pid)).toEqual(stranger);
    expect(livingOf(stateOf(folder))).toEqual([]);
  } finally {
    await endProcess(stranger);
    await run(folder, ["up"]);
  }
});

test("a host whose folders in /tmp are gone is made anew and says where the earlier files are", async () => {
  const folder = clone("lost");
  expect((await run(folder, ["up"])).exitCode).toBe(0);
  await run(folder, ["down"]);
  const lost = stateOf(folder).short;
  for (const path of Object.values(lost)) rmSync(path, { recursive: true });
  const done = await run(folder, ["up"]);
  expect([done.exitCode, done.stderr]).toEqual([0, expect.stringContaining("earlier")]);
  expect(stateOf(folder).short).not.toEqual(lost);
  expect(await exported(folder, "$CUTTER_PSQL -Atc 'SELECT count(*) FROM information_unit'")).toBe("158");
});

test.runIf(asRoot)("the host works for an ordinary user who owns nothing but the folder", async () => {
  const folder = clone("ordinary", NOBODY);
  const done = await run(folder, ["up"], NOBODY);
  expect([done.exitCode, done.stderr]).toEqual([0, expect.stringContaining("laying the existing system")]);
  const state = stateOf(folder);
  for (const path of Object.values(state.short))
    expect([statSync(path).uid, statSync(path).mode & 0o777]).toEqual([NOBODY, 0o700]);
  expect(await exported(folder, "$CUTTER_PSQL -Atc 'SELECT count(*) FROM information_unit'", NOBODY)).toBe("158");
  expect((await run(folder, ["down"], NOBODY)).exitCode).toBe(0);
  expect(livingOf(state)).toEqual([]);
});

test("without a host every verb but up says so and starts nothing", async () => {
  const folder = clone("never");
  for (const verb of ["env", "status", "psql", "down"]) {
    const done = await run(folder, [verb]);
    expect([verb, done.exitCode, done.stdout]).toEqual([verb, 1, ""]);
    expect(done.stderr).toContain("npm run sandbox -- up");
  }
});
