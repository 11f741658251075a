// The real engine with a key that has a passphrase: up logs in by the caller's agent, and the next session, with another agent, is clean.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { preview, up } from "../../scripts/stack/pulumi.ts";
import { makePulumiProject, type PulumiProject } from "../support/pulumi-project.ts";
import { startThrowAwaySshd, type ThrowAwaySshd } from "../support/throw-away-sshd.ts";

let folder: string;
let sshd: ThrowAwaySshd;
let project: PulumiProject;
let locked: string;
const agents: ChildProcess[] = [];
const before = process.env["SSH_AUTH_SOCK"];
beforeAll(async () => {
  await execa(process.execPath, [join(projectRoot(), "scripts", "build", "bootstrap.mjs")]);
  folder = mkdtempSync(join(tmpdir(), "agent-up-"));
  sshd = await startThrowAwaySshd();
  locked = join(folder, "locked");
  writeFileSync(locked, sshd.privateKey, { mode: 0o600 });
  // No way out, on any machine: what this test sees is the stand-in.
  process.env["HTTPS_PROXY"] = "http://127.0.0.1:9";
  delete process.env["SSH_AUTH_SOCK"];
  const { host, port, user, hostKey } = sshd;
  const connection = { host, port, user, hostKey, privateKeyFile: locked, sudo: false, dialSeconds: 10 };
  project = await makePulumiProject(sshd, "p4ssw0rd", {
    "cutter:sandbox": "true",
    "cutter:connection": JSON.stringify(connection),
    "cutter:script": `cat > '${folder}/note'`,
  });
});
afterAll(async () => {
  delete process.env["HTTPS_PROXY"];
  if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
  else process.env["SSH_AUTH_SOCK"] = before;
  for (const agent of agents) agent.kill();
  await sshd?.stop();
  project?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// Another session: an agent at another place that holds the key, which then gets its passphrase.
async function session(name: string): Promise<void> {
  const socket = join(folder, name);
  agents.push(spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" }));
  for (let tries = 0; !existsSync(socket) && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const open = join(folder, `${name}.open`);
  writeFileSync(open, sshd.privateKey, { mode: 0o600 });
  await execa("ssh-add", ["-q", open], { env: { SSH_AUTH_SOCK: socket } });
  rmSync(open);
  process.env["SSH_AUTH_SOCK"] = socket;
}

test("up with a key that has a passphrase is refused without an agent, works with one, and is clean with the next", async () => {
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "p4ssphrase", "-f", locked]);
  await expect(up(project.engine, { skipPreview: true })).rejects.toMatchObject({ code: "STOP_PRECHECK_FAILED" });
  expect(sshd.logins()).toBe(0);
  await session("first");
  expect(await up(project.engine, { skipPreview: true })).toMatchObject({ status: 0 });
  expect([readFileSync(join(folder, "note"), "utf8"), sshd.logins()]).toEqual(["p4ssw0rd", 1]);
  await session("second");
  expect(await preview(project.engine, { expectNoChanges: true })).toMatchObject({ status: 0 });
  expect(project.left()).not.toContain(folder + "/first");
});
