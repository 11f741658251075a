// A host behind a jump host: drift's framed call, the operator's words and the engine's inputs, over two real sshd's with keys of their own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify as stringifyYaml } from "yaml";
import type { Connection, Jump } from "../../../../infra/config.ts";
import { connectionSchema } from "../../../../infra/config.ts";
import { engineConnection, pinnedAddress } from "../../../../infra/ssh/connection.ts";
import { remoteCommand, sshCommandLine } from "../../../../infra/ssh/line.ts";
import { runOnHost } from "../../../../infra/ssh/script.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { askedAgain, lineBroken, scriptOnHost } from "../../../../scripts/operator/host-call.ts";
import { targetOf } from "../../../../scripts/operator/target.ts";
import { freePort, startThrowAwaySshd, type ThrowAwaySshd } from "../../../support/throw-away-sshd.ts";

let folder: string;
let inner: ThrowAwaySshd;
let jump: ThrowAwaySshd;
let closed: ThrowAwaySshd;
beforeAll(async () => {
  // Blanks, quotes and percent signs in the paths: ssh and two shells read the words of the jump.
  folder = mkdtempSync(join(tmpdir(), "jump 'a' 100%-"));
  [inner, jump, closed] = await Promise.all([
    startThrowAwaySshd(),
    startThrowAwaySshd(),
    startThrowAwaySshd(["AllowTcpForwarding no"]),
  ]);
  for (const [name, sshd] of Object.entries({ inner, jump, closed }))
    writeFileSync(join(folder, name), sshd.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  for (const sshd of [inner, jump, closed]) await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const dialled = ({ host, port, user, hostKey }: ThrowAwaySshd, key: string): Jump => ({
  host,
  port,
  user,
  hostKey,
  privateKeyFile: join(folder, key),
});
const behind = (changes: Partial<Connection> = {}): Connection => ({
  ...dialled(inner, "inner"),
  jump: dialled(jump, "jump"),
  sudo: false,
  dialSeconds: 10,
  ...changes,
});
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no stop",
    (error: unknown) => {
      if (error instanceof Stopped) return error.facts.saw;
      throw error;
    },
  );
/** What runs on the host's side of each line, counted by the two servers. */
const logins = (): [number, number] => [jump.logins(), inner.logins()];

test("drift reaches a host behind a jump host, each by its own key and its own pinned host key", async () => {
  const [atJump, atInner] = logins();
  expect((await runOnHost(behind(), "echo $SSH_CONNECTION", 30)).stdout).toMatch(/^127\.0\.0\.1 /);
  expect(logins()).toEqual([atJump + 1, atInner + 1]);
});

test("a jump host with another key is refused before anything reaches the host", async () => {
  const before = [jump.logins(), inner.connections()];
  const saw = await faultOf(
    runOnHost(behind({ jump: { ...dialled(jump, "jump"), hostKey: jump.otherHostKey } }), "true", 30),
  );
  expect(saw).toContain(`jump host 127.0.0.1:${jump.port}: its host key is not the pinned one`);
  expect([jump.logins(), inner.connections()]).toEqual(before);
});

test("the host's own key is pinned behind a jump host too, and the jump host's key does not stand for it", async () => {
  for (const hostKey of [inner.otherHostKey, jump.hostKey]) {
    const before = inner.logins();
    const saw = await faultOf(runOnHost(behind({ hostKey }), "true", 30));
    expect(saw).toBe(`127.0.0.1:${inner.port}: its host key is not the pinned one; nothing was sent`);
    expect(inner.logins()).toBe(before);
  }
});

test("a fault is told of the place where it is: jump host, line behind it, or host", async () => {
  const place = `jump host 127.0.0.1:${jump.port}`;
  const asked = (changes: Partial<Connection>): Promise<string> => faultOf(runOnHost(behind(changes), "true", 30));
  const at = dialled(jump, "jump");
  expect(await asked({ jump: { ...at, privateKeyFile: join(folder, "nowhere") } })).toContain(
    `${place}: the key file ${join(folder, "nowhere")} is not there`,
  );
  expect(await asked({ jump: { ...at, privateKeyFile: join(folder, "inner") } })).toContain(
    `${place}: the host refuses this key`,
  );
  expect(await asked({ jump: { ...at, port: await freePort() } })).toMatch(/jump host .*Connection refused/);
  expect(await asked({ port: await freePort() })).toContain(`the ${place} took the login and does not reach the host:`);
  expect(await asked({ jump: dialled(closed, "closed") })).toMatch(
    /took the login and does not reach the host: .*forwards no connections/,
  );
  expect(await asked({ privateKeyFile: join(folder, "jump") })).toContain(
    `127.0.0.1:${inner.port}: the host refuses this key`,
  );
});

const targetBehind = (connection: Connection) => {
  const stackFile = join(folder, "Pulumi.behind.yaml");
  const config = {
    "cutter:connection": connection,
    "cutter:runtime": { root: "/var/lib/cutter", owner: inner.user },
    "cutter:release": { launcher: "/opt/cutter" },
  };
  writeFileSync(stackFile, stringifyYaml({ config }));
  return targetOf(stackFile);
};

test("the operator's programs go through the jump host of the stack, and a fault there ends them soon", async () => {
  const [atJump, atInner] = logins();
  const { status, stdout } = await scriptOnHost(
    targetBehind(behind()),
    'cat; echo "$1"',
    ["100% 'ü'"],
    Buffer.from("in "),
  );
  expect([status, stdout]).toEqual([0, "in 100% 'ü'"]);
  expect(logins()).toEqual([atJump + 1, atInner + 1]);
  const wrong = targetBehind(behind({ jump: { ...dialled(jump, "jump"), port: await freePort() } }));
  const began = Date.now();
  const answer = await askedAgain(() => scriptOnHost(wrong, "true", []));
  expect(Date.now() - began).toBeLessThan(30_000);
  expect(lineBroken(wrong, answer.stderr).facts.saw).toMatch(/jump host 127\.0\.0\.1:\d+: .*Connection refused/);
});

test("a user's own ssh settings act at neither of the two hosts", async () => {
  const home = join(folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  writeFileSync(
    join(home, ".ssh", "config"),
    `Host *\n  ProxyCommand touch ${JSON.stringify(join(home, "proxied"))}\n`,
  );
  const [program = "ssh", ...words] = sshCommandLine(pinnedAddress(behind(), folder));
  expect(words.join(" ").match(/StrictHostKeyChecking=yes/g)).toHaveLength(2);
  const { stdout } = await execa(program, [...words, remoteCommand(["echo", "here"])], { env: { HOME: home } });
  expect(stdout).toBe("here");
});

test("the engine is given the jump host as its proxy, with the pinned key and limits of both", () => {
  const limits = { dialErrorLimit: 3, perDialTimeout: 10 };
  const form = ({ host, port, user, hostKey }: ThrowAwaySshd, key: string): object => ({
    ...{ host, port, user, hostKey, ...limits },
    privateKey: readFileSync(join(folder, key), "utf8"),
  });
  expect(engineConnection(behind())).toEqual({ ...form(inner, "inner"), proxy: form(jump, "jump") });
  expect(
    engineConnection(connectionSchema.parse({ ...dialled(inner, "inner"), sudo: false, dialSeconds: 10 })),
  ).toEqual(form(inner, "inner"));
});

test("a jump host without a pinned key, or with an RSA one, is no declaration", () => {
  const declared = dialled(jump, "jump");
  for (const hostKey of [undefined, "", "ssh-rsa AAAA"])
    expect(connectionSchema.safeParse({ ...behind(), jump: { ...declared, hostKey } }).success).toBe(false);
  expect(connectionSchema.safeParse({ ...behind(), jump: { ...declared, jump: declared } }).success).toBe(false);
});
