// The real engine, built or downloaded, with the stand-in plugin and a real sshd.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../runner/model/stop.ts";
import { call, destroy, openStack, preview, up as upAfterPreview } from "../../scripts/stack/pulumi.ts";
import { ENGINE_STATUS } from "../../scripts/stack/engine-process.ts";
import type { Engine } from "../../scripts/stack/pulumi.ts";
import { projectRoot } from "../../infra/place.ts";
import { commandPluginFolder, commandPluginIn } from "../../scripts/toolchain/pulumi-home.ts";
import { makePulumiProject, setConfig } from "../support/pulumi-project.ts";
import type { PulumiProject } from "../support/pulumi-project.ts";
import { startThrowAwaySshd } from "../support/throw-away-sshd.ts";
import type { ThrowAwaySshd } from "../support/throw-away-sshd.ts";

const PASSWORD = "p4ssw0rd-of-nobody";

/** As `npm run up` asks: what it would change has been looked at before. */
const up = (engine: Engine, options: Parameters<typeof upAfterPreview>[1] = {}) =>
  upAfterPreview(engine, { skipPreview: true, ...options });

let sshd: ThrowAwaySshd;
let project: PulumiProject;
let target: string;
beforeAll(async () => {
  await execa(process.execPath, [join(projectRoot(), "scripts", "build", "bootstrap.mjs")]);
  target = mkdtempSync(join(tmpdir(), "target-"));
  sshd = await startThrowAwaySshd();
  // No way out, on any machine: what these tests see is the stand-in.
  process.env["HTTPS_PROXY"] = "http://127.0.0.1:9";
  project = await makePulumiProject(sshd, PASSWORD, {
    "cutter:sandbox": "true",
    "cutter:script": `cat > '${target}/note'`,
  });
});
afterAll(async () => {
  delete process.env["HTTPS_PROXY"];
  await sshd?.stop();
  project?.remove();
  if (target) rmSync(target, { recursive: true, force: true });
});

test("the engine says the version that is pinned", async () => {
  expect(await call(project.engine, ["version"])).toMatchObject({ status: 0, stdout: "v3.248.0" });
});

test("a preview proposes the change, answers 7 and touches nothing; up makes it; then a preview answers 0", async () => {
  expect((await preview(project.engine, { expectNoChanges: true })).status).toBe(ENGINE_STATUS.changesProposed);
  expect([existsSync(join(target, "note")), sshd.logins(), commandPluginIn(project.engine.home)]).toEqual([
    false,
    0,
    "stand-in",
  ]);
  expect(await up(project.engine)).toMatchObject({ status: 0 });
  expect([readFileSync(join(target, "note"), "utf8"), sshd.logins()]).toEqual([PASSWORD, 1]);
  expect(await preview(project.engine, { expectNoChanges: true })).toMatchObject({ status: ENGINE_STATUS.done });
});

test("a changed script is proposed as an update, a saved plan applies exactly it, and a second preview is clean", async () => {
  await setConfig(project.engine, { "cutter:script": `cat > '${target}/second'` });
  const plan = join(project.folder, "plan.json");
  const proposed = await preview(project.engine, { savePlan: plan });
  expect(proposed).toMatchObject({ status: 0, stdout: expect.stringMatching(/command:remote:Command note update/) });
  expect((await preview(project.engine, { expectNoChanges: true })).status).toBe(ENGINE_STATUS.changesProposed);
  expect(readFileSync(plan, "utf8")).not.toContain(PASSWORD);
  expect(await upAfterPreview(project.engine, { plan })).toMatchObject({ status: 0 });
  expect(readFileSync(join(target, "second"), "utf8")).toBe(PASSWORD);
  expect(await preview(project.engine, { expectNoChanges: true })).toMatchObject({ status: 0 });
});

test("a saved plan refuses a change made after it", async () => {
  await setConfig(project.engine, { "cutter:script": `cat > '${target}/planned'` });
  const plan = join(project.folder, "plan.json");
  expect(await preview(project.engine, { savePlan: plan })).toMatchObject({ status: 0 });
  await setConfig(project.engine, { "cutter:script": `cat > '${target}/unplanned'` });
  expect(await upAfterPreview(project.engine, { plan })).toMatchObject({
    status: ENGINE_STATUS.failed,
    stdout: expect.stringContaining("violates plan"),
  });
  expect(existsSync(join(target, "unplanned"))).toBe(false);
  expect(await up(project.engine)).toMatchObject({ status: 0 });
});

test("a preview as JSON is one document that tells the step", async () => {
  const answer = await preview(project.engine, { json: true });
  expect(JSON.parse(answer.stdout)).toMatchObject({ changeSummary: { same: 2 } });
});

test("no secret lies in clear in state, history, configuration or output", async () => {
  const seen =
    project.left() +
    JSON.stringify(await call(project.engine, ["stack", "export"])) +
    JSON.stringify(await preview(project.engine, { json: true, diff: true }));
  expect(seen).toContain("hostKey");
  for (const secret of [
    PASSWORD,
    Buffer.from(PASSWORD).toString("base64"),
    ...sshd.privateKey.trim().split("\n").slice(1, -1),
  ])
    expect(seen).not.toContain(secret);
});

test("a host with another key fails up and hears nothing but the key exchange", async () => {
  await setConfig(project.engine, {
    "cutter:hostKey": sshd.otherHostKey,
    "cutter:script": `touch '${target}/wrong-host'`,
  });
  const before = sshd.log();
  const answer = await up(project.engine);
  expect([answer.status, existsSync(join(target, "wrong-host"))]).toEqual([ENGINE_STATUS.failed, false]);
  expect(answer.stdout).toContain("is not the pinned one; nothing was sent");
  expect(sshd.log().slice(before.length)).not.toMatch(/publickey|Starting session/);
  await setConfig(project.engine, { "cutter:hostKey": sshd.hostKey });
  expect(await up(project.engine)).toMatchObject({ status: 0 });
});

test("a failing script fails up and its own words are shown", async () => {
  await setConfig(project.engine, { "cutter:script": "cat >&2; echo 'disk is full' >&2; exit 3" });
  const answer = await up(project.engine);
  expect(answer.status).toBe(ENGINE_STATUS.failed);
  expect(answer.stdout).toMatch(/exit status 3: \[secret\]disk is full/);
  expect(answer.stdout + answer.stderr).not.toContain(PASSWORD);
});

test("settings of the caller's shell change nothing: a dead agent, flags of the engine, another backend", async () => {
  await setConfig(project.engine, { "cutter:script": "true" });
  const foreign = {
    SSH_AUTH_SOCK: "/nowhere/agent",
    PULUMI_OPTION_EXPECT_NO_CHANGES: "true",
    PULUMI_BACKEND_URL: "file:///nowhere",
    PULUMI_CONFIG_PASSPHRASE: "wrong",
    NODE_OPTIONS: "--require /nowhere.cjs",
  };
  Object.assign(process.env, foreign);
  try {
    expect(await up(project.engine)).toMatchObject({ status: 0 });
  } finally {
    for (const name of Object.keys(foreign)) delete process.env[name];
  }
});

test("two at once: the second is refused while the first works, and a killed one does not stop the next", async () => {
  await setConfig(project.engine, { "cutter:script": `echo $$ > '${target}/busy'; exec sleep 120` });
  const first = up(project.engine);
  const held = await untilItExists(join(target, "busy"));
  expect(await up(project.engine)).toMatchObject({
    status: ENGINE_STATUS.failed,
    stderr: expect.stringContaining("currently locked"),
  });
  const pid = holderOfLock();
  // Its language host would look for it every five minutes only; the test ends what it orphans.
  for (const victim of [pid, ...childrenOf(pid)]) process.kill(victim, "SIGKILL");
  expect((await first).status).toBe(ENGINE_STATUS.failed);
  process.kill(Number(held), "SIGKILL");
  await setConfig(project.engine, { "cutter:script": "true" });
  expect(await up(project.engine)).toMatchObject({ status: 0 });
});

test("lines arrive while up runs, and Ctrl-C ends it with the lock taken away", async () => {
  rmSync(join(target, "busy"));
  await setConfig(project.engine, { "cutter:script": `echo $$ > '${target}/busy'; exec sleep 120` });
  const lines: string[] = [];
  const stopped = upAfterPreview(project.engine, { onLine: (line) => void lines.push(line) }).then(
    (answer) => answer.status,
  );
  const held = await untilItExists(join(target, "busy"));
  expect(lines.join("\n")).toContain("Previewing update (sandbox)");
  process.kill(holderOfLock(), "SIGINT");
  expect(await stopped).not.toBe(ENGINE_STATUS.done);
  expect(locks()).toEqual([]);
  process.kill(Number(held), "SIGKILL");
});

test("the lock of an engine on another machine is left alone", async () => {
  const folder = join(project.folder, "state", ".pulumi", "locks", "organization", "note", "sandbox");
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, "elsewhere.json");
  writeFileSync(
    lock,
    JSON.stringify({
      pid: 4_194_303,
      username: "x",
      hostname: `not-${hostname()}`,
      timestamp: new Date().toISOString(),
    }),
  );
  expect(await up(project.engine)).toMatchObject({ status: ENGINE_STATUS.failed });
  rmSync(lock);
});

test("a stack whose configuration does not say that it is a sandbox refuses the stand-in, which stays for the others", async () => {
  await setConfig(project.engine, { "cutter:sandbox": "false" });
  const before = sshd.connections();
  for (const attempt of [preview, up, destroy])
    await expect(attempt(project.engine)).rejects.toMatchObject({
      code: "STOP_PRECHECK_FAILED",
      facts: { saw: expect.stringContaining("no official") },
    });
  expect([sshd.connections(), commandPluginIn(project.engine.home)]).toEqual([before, "stand-in"]);
  await setConfig(project.engine, { "cutter:sandbox": "true" });
  expect(await preview(project.engine)).toMatchObject({ status: 0 });
});

test("an engine started past the wrapper gets nothing from the stand-in", async () => {
  await setConfig(project.engine, { "cutter:script": `touch '${target}/past'` });
  const { home, backendUrl, place, configFile } = project.engine;
  const done = await execa(
    join(home, "versions", "3.248.0", "bin", "pulumi"),
    ["up", "--yes", "--non-interactive", "--stack", "sandbox", "--config-file", configFile],
    {
      cwd: place.project,
      reject: false,
      env: {
        PULUMI_HOME: home,
        PULUMI_BACKEND_URL: backendUrl,
        PULUMI_CONFIG_PASSPHRASE_FILE: place.passphraseFile,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  expect([done.exitCode, existsSync(join(target, "past"))]).toEqual([1, false]);
  expect(done.stdout).toContain("serves only stacks whose configuration says cutter:sandbox: true");
});

test("a broken stand-in is laid again before it is used", async () => {
  const program = join(commandPluginFolder(project.engine.home), "pulumi-resource-command");
  writeFileSync(program, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await setConfig(project.engine, { "cutter:script": `touch '${target}/mended'` });
  expect(await up(project.engine)).toMatchObject({ status: 0 });
  expect(existsSync(join(target, "mended"))).toBe(true);
});

test("an engine that does not end in time is ended and is a stop, not an answer", async () => {
  rmSync(join(target, "busy"));
  await setConfig(project.engine, { "cutter:script": `echo $$ > '${target}/busy'; exec sleep 120` });
  const stopped = up(project.engine, { limitSeconds: 15 });
  await expect(stopped).rejects.toMatchObject({
    code: "STOP_COULD_NOT_LOOK",
    facts: { saw: "pulumi up did not end within 15 s" },
  });
  expect(locks()).toEqual([]);
  // On a slow machine the limit may be over before the command has begun.
  if (existsSync(join(target, "busy"))) process.kill(Number(await untilItExists(join(target, "busy"))), "SIGKILL");
  await setConfig(project.engine, { "cutter:script": "true" });
  expect(await up(project.engine)).toMatchObject({ status: 0 });
});

test("a stack that is not in the backend is an answer of its own", async () => {
  const other = { ...project.engine, place: { ...project.engine.place, stack: "elsewhere" } };
  expect((await preview(other)).status).toBe(ENGINE_STATUS.noSuchStack);
});

test("destroy runs no command where none is given and leaves what was made", async () => {
  expect(await destroy(project.engine)).toMatchObject({ status: 0 });
  expect(existsSync(join(target, "note"))).toBe(true);
});

test("a passphrase file that is missing, empty or open to others is a stop before the engine starts", async () => {
  const file = join(project.folder, "other-passphrase");
  const open = (): Promise<unknown> => openStack({ ...project.engine.place, passphraseFile: file });
  await expect(open()).rejects.toThrow(Stopped);
  writeFileSync(file, "\n", { mode: 0o600 });
  await expect(open()).rejects.toMatchObject({ facts: { saw: expect.stringContaining("is empty") } });
  writeFileSync(file, "x\n");
  chmodSync(file, 0o640);
  await expect(open()).rejects.toMatchObject({ facts: { saw: expect.stringContaining("can be read by others") } });
});

function locks(): string[] {
  const folder = join(project.folder, "state", ".pulumi", "locks");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => join(folder, path));
}

function holderOfLock(): number {
  const [lock] = locks();
  return (JSON.parse(readFileSync(lock ?? "", "utf8")) as { pid: number }).pid;
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          Number(
            readFileSync(`/proc/${pid}/stat`, "utf8")
              .replace(/^.*\) /s, "")
              .split(" ")[1],
          ) === parent
        );
      } catch {
        return false;
      }
    });
}

async function untilItExists(file: string): Promise<string> {
  for (;;) {
    if (existsSync(file) && readFileSync(file, "utf8").endsWith("\n")) return readFileSync(file, "utf8").trim();
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}
