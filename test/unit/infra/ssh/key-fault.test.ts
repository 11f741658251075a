// Six faults of a key, each in its own words, and a key of an agent: real sshd, ssh, ssh-agent.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "../../../../infra/config.ts";
import { runOnHost } from "../../../../infra/ssh/script.ts";
import { startThrowAwaySshd, type ThrowAwaySshd } from "../../../support/throw-away-sshd.ts";

let folder: string;
let sshd: ThrowAwaySshd;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
  sshd = await startThrowAwaySshd();
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const asked = (privateKeyFile: string): Promise<unknown> => {
  const { host, port, user, hostKey } = sshd;
  const connection: Connection = { host, port, user, hostKey, privateKeyFile, sudo: false, dialSeconds: 5 };
  return runOnHost(connection, "echo here", 20).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { facts: { saw: string } }).facts.saw,
  );
};
const own = (name: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, sshd.privateKey);
  chmodSync(path, mode);
  return path;
};
const made = (name: string, passphrase: string): string => {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", path]);
  return path;
};

test("each fault of a key is told in its own words", async () => {
  expect(await asked(own("good"))).toBe("here");
  expect(await asked(join(folder, "nowhere"))).toContain("is not there");
  mkdirSync(join(folder, "a-folder"));
  expect(await asked(join(folder, "a-folder"))).toContain("cannot be read by this user as a file");
  expect(await asked(own("open", 0o644))).toContain("is open to others (mode 644)");
  writeFileSync(join(folder, "text"), "no key\n", { mode: 0o600 });
  expect(await asked(join(folder, "text"))).toContain("holds no private key");
  expect(await asked(made("locked", "secret"))).toContain("has a passphrase, and no agent holds the key");
  expect(await asked(made("stranger", ""))).toContain("the host refuses this key");
});

test("a key with a passphrase is used where an agent holds it", async () => {
  const path = own("in-agent");
  const socket = join(folder, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const before = process.env["SSH_AUTH_SOCK"];
  try {
    for (let tries = 0; tries < 50; tries += 1) {
      try {
        execFileSync("ssh-add", ["-q", path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "ignore" });
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret", "-f", path]);
    process.env["SSH_AUTH_SOCK"] = socket;
    expect(await asked(path)).toBe("here");
  } finally {
    if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = before;
    agent.kill();
  }
});
