// A key with a passphrase, for the engine: the caller's real ssh-agent lends it, and no other key it holds.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify as stringifyYaml } from "yaml";
import type { Connection } from "../../../../infra/config.ts";
import { engineConnection } from "../../../../infra/ssh/connection.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { keysOfAgent, withAgentOf } from "../../../../scripts/stack/key-agent.ts";
import { runOverSsh } from "../../../../scripts/toolchain/stand-in/ssh-command.ts";
import { readConnection } from "../../../../scripts/toolchain/stand-in/connection.ts";
import { startThrowAwaySshd, type ThrowAwaySshd } from "../../../support/throw-away-sshd.ts";

let folder: string;
let sshd: ThrowAwaySshd;
let agent: ChildProcess;
let caller: { SSH_AUTH_SOCK: string };
let locked: string;
let other: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "key-agent-"));
  sshd = await startThrowAwaySshd();
  caller = { SSH_AUTH_SOCK: join(folder, "socket") };
  agent = spawn("ssh-agent", ["-D", "-a", caller.SSH_AUTH_SOCK], { stdio: "ignore" });
  [locked, other] = [join(folder, "locked"), join(folder, "other")];
  writeFileSync(locked, sshd.privateKey, { mode: 0o600 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "other", "-f", other]);
  for (let tries = 0; !existsSync(caller.SSH_AUTH_SOCK) && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  await execa("ssh-add", ["-q", locked, other], { env: caller });
  writeFileSync(`${locked}.pub`, execFileSync("ssh-keygen", ["-y", "-f", locked]));
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "p4ssphrase", "-f", locked]);
});
afterAll(async () => {
  agent.kill();
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const connectionWith = (privateKeyFile: string): Connection => {
  const { host, port, user, hostKey } = sshd;
  return { host, port, user, hostKey, privateKeyFile, sudo: false, dialSeconds: 10 };
};
const stackFile = (connection: Connection): string => {
  const file = join(folder, "Pulumi.a.yaml");
  writeFileSync(file, stringifyYaml({ config: { "cutter:connection": connection } }));
  return file;
};
const sawOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no stop",
    (error: unknown) => {
      if (error instanceof Stopped) return `${error.code} ${error.facts.saw} ${error.facts.hint ?? ""}`;
      throw error;
    },
  );

test("a key file without passphrase goes to the engine, one with a passphrase is named for the agent and is no input", () => {
  expect(keysOfAgent(stackFile(connectionWith(other)))).toEqual([]);
  expect(engineConnection(connectionWith(other)).privateKey).toContain("PRIVATE KEY");
  const jump = { ...sshd, privateKeyFile: locked };
  const { host, port, user, hostKey, privateKeyFile } = jump;
  const both = { ...connectionWith(other), jump: { host, port, user, hostKey, privateKeyFile } };
  expect(keysOfAgent(stackFile(both))).toEqual([locked]);
  expect(engineConnection(both).proxy).not.toHaveProperty("privateKey");
  expect(engineConnection(connectionWith(locked))).not.toHaveProperty("privateKey");
  expect(keysOfAgent(join(folder, "nowhere"))).toEqual([]);
});

test("the lent agent holds the declared key only, signs with no other, and is gone afterwards", async () => {
  const lent = await withAgentOf(
    [locked],
    async (environment) => {
      const listed = await execa("ssh-add", ["-l"], { env: environment });
      expect(listed.stdout.split("\n")).toHaveLength(1);
      expect(listed.stdout).toContain(execFileSync("ssh-keygen", ["-lf", locked]).toString().split(" ")[1]);
      const signed = await execa("ssh-add", ["-T", `${other}.pub`], { env: environment, reject: false });
      expect(signed.exitCode).not.toBe(0);
      expect((await execa("ssh-add", ["-T", `${locked}.pub`], { env: environment, reject: false })).exitCode).toBe(0);
      return environment["SSH_AUTH_SOCK"];
    },
    caller,
  );
  expect((await execa("ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: lent ?? "" }, reject: false })).exitCode).toBe(2);
});

test("the engine's inputs, without any key in them, log in by the lent agent and nowhere without it", async () => {
  const inputs = readConnection(engineConnection(connectionWith(locked)));
  if ("refusal" in inputs) throw new Error(inputs.refusal);
  const run = (socket: string | undefined) => {
    const dial = { ...inputs, ...(socket === undefined ? {} : { agentSocketPath: socket }) };
    const cancelled = new AbortController().signal;
    return runOverSsh(dial, { command: "echo here", stdin: "", limitSeconds: 20, cancelled });
  };
  await withAgentOf(
    [locked],
    async ({ SSH_AUTH_SOCK }) => expect(await run(SSH_AUTH_SOCK)).toMatchObject({ stdout: "here\n" }),
    caller,
  );
  await withAgentOf(
    [other],
    ({ SSH_AUTH_SOCK }) => expect(run(SSH_AUTH_SOCK)).rejects.toThrow(/refused the login/),
    caller,
  );
});

test("without an agent, or with one that does not hold the key, it is refused by name before anything is dialled", async () => {
  const before = sshd.connections();
  const never = (): Promise<never> => Promise.reject(new Error("called"));
  const stranger = join(folder, "stranger");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "p4ssphrase", "-f", stranger]);
  for (const [file, environment] of [
    [locked, {}],
    [locked, { SSH_AUTH_SOCK: join(folder, "no-socket") }],
    [stranger, caller],
  ] as const)
    expect(await sawOf(withAgentOf([file], never, environment))).toBe(
      `STOP_PRECHECK_FAILED the key file ${file} cannot be used without its passphrase, and no agent holds the key ` +
        `ssh-add ${file}, then give the same command again; nothing was dialled`,
    );
  expect(sshd.connections()).toBe(before);
});
