import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPlugin } from "../../scripts/build/build.mjs";
import { projectRoot } from "../../infra/place.ts";
import { layStandIn } from "../../scripts/toolchain/command-plugin.ts";
import { commandPluginFolder, commandPluginIn, defaultPulumiHome } from "../../scripts/toolchain/pulumi-home.ts";
import { LIMIT_VARIABLE, STACK_VARIABLE } from "../../scripts/toolchain/stand-in/variables.ts";
import { STACK, secret, startPlugin } from "../support/plugin-client.ts";
import type { PluginClient, Wire } from "../support/plugin-client.ts";
import { startThrowAwaySshd } from "../support/throw-away-sshd.ts";
import type { ThrowAwaySshd } from "../support/throw-away-sshd.ts";
import { commandPluginContract } from "./pulumi-command-plugin.contract.ts";

// Built here from the sources under test, and laid as the installer lays it.
const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
const program = join(commandPluginFolder(home), "pulumi-resource-command");
beforeAll(async () => {
  await buildPlugin(projectRoot(), join(home, "built"));
  layStandIn(home, join(home, "built", "pulumi-resource-command.cjs"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

commandPluginContract("the stand-in", { program: () => program, environment: { [STACK_VARIABLE]: STACK } });

// The same promises of the real one, on every machine that has it: the stand-in must never drift away from it unnoticed.
const official = defaultPulumiHome();
if (commandPluginIn(official) === "official") {
  commandPluginContract("the official plugin", {
    program: () => join(commandPluginFolder(official), "pulumi-resource-command"),
    environment: {},
  });
}

describe("what only the stand-in refuses", () => {
  let sshd: ThrowAwaySshd;
  beforeAll(async () => {
    sshd = await startThrowAwaySshd();
  });
  afterAll(async () => {
    await sshd?.stop();
  });
  const inputs = (changes: Wire = {}, dial: Wire = {}): Wire => ({
    connection: secret({
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      privateKey: sshd.privateKey,
      hostKey: sshd.hostKey,
      dialErrorLimit: 1,
      perDialTimeout: 5,
      ...dial,
    }),
    create: "true",
    addPreviousOutputInEnv: false,
    logging: "none",
    ...changes,
  });
  const using = async (
    environment: Record<string, string>,
    work: (plugin: PluginClient) => Promise<void>,
    type?: string,
  ): Promise<void> => {
    const plugin = await startPlugin(program, environment, type);
    try {
      await work(plugin);
    } finally {
      await plugin.stop();
    }
  };
  const sandbox = { [STACK_VARIABLE]: STACK };

  test("an engine that was not started for a sandbox stack gets nothing from it", async () => {
    for (const environment of [{}, { [STACK_VARIABLE]: "contabo" }]) {
      const before = sshd.connections();
      await using(environment, (plugin) => expect(plugin.create(inputs())).rejects.toThrow(/cutter:sandbox: true/));
      expect(sshd.connections()).toBe(before);
    }
  });
  test("a host that is not on loopback and a connection without a pinned key are refused before dialling", () =>
    using(sandbox, async (plugin) => {
      for (const dial of [{ host: "192.0.2.7" }, { host: "host.example" }, { host: "127.0.0.1.example" }]) {
        expect((await plugin.check(inputs({}, dial))).failures).toEqual([
          expect.stringMatching(/^connection: .*loopback/),
        ]);
        await expect(plugin.create(inputs({}, dial))).rejects.toThrow(/loopback/);
      }
      const proxy = { host: "192.0.2.7", user: "u", hostKey: sshd.hostKey };
      expect((await plugin.check(inputs({}, { proxy }))).failures).toEqual([expect.stringMatching(/proxy.*loopback/)]);
      for (const hostKey of [undefined, "", "ssh-ed25519", `${sshd.hostKey}\n${sshd.otherHostKey}`, sshd.privateKey]) {
        const rest = { create: "true", addPreviousOutputInEnv: false, logging: "none" };
        const connection = secret({
          host: sshd.host,
          port: sshd.port,
          privateKey: sshd.privateKey,
          ...(hostKey === undefined ? {} : { hostKey }),
        });
        expect((await plugin.check({ ...rest, connection })).failures).toEqual([expect.stringMatching(/hostKey/)]);
        await expect(plugin.create({ ...rest, connection })).rejects.toThrow(/hostKey/);
      }
    }));
  test("what it does not do is refused by name instead of done differently", () =>
    using(sandbox, async (plugin) => {
      expect(
        (
          await plugin.check(
            inputs({ environment: { A: "1" }, addPreviousOutputInEnv: true, assetPaths: ["x"] }, { proxyHost: "h" }),
          )
        ).failures
          .map((line) => line.split(":")[0])
          .sort(),
      ).toEqual(["addPreviousOutputInEnv", "assetPaths", "connection", "environment"]);
      await using(
        sandbox,
        (other) =>
          expect(other.create(inputs())).rejects.toThrow(
            /command:remote:Command only, not command:remote:CopyToRemote/,
          ),
        "command:remote:CopyToRemote",
      );
    }));
  test("a command that does not end is given up at the limit", () =>
    using({ ...sandbox, [LIMIT_VARIABLE]: "1" }, (plugin) =>
      expect(plugin.create(inputs({ create: "exec sleep 30" }))).rejects.toThrow(/did not end within 1 s/),
    ));
  test("a secret that a failing script repeats is taken out of the error", () =>
    using(sandbox, async (plugin) => {
      const failing = plugin.create(inputs({ create: "cat >&2; exit 1", stdin: secret("p4ssw0rd-of-nobody") }));
      await expect(failing).rejects.toThrow("exit status 1: [secret]");
    }));
  test("what a script with a secret input prints is kept as a secret", () =>
    using(sandbox, async (plugin) => {
      const { outputs } = await plugin.create(inputs({ create: "cat", stdin: secret("p4ssw0rd-of-nobody") }));
      expect(outputs["stdout"]).toEqual(secret("p4ssw0rd-of-nobody"));
    }));
  test("an unusable private key is named and not shown", () =>
    using(sandbox, async (plugin) => {
      await expect(plugin.create(inputs({}, { privateKey: "-----BEGIN p4ssw0rd-of-nobody" }))).rejects.toThrow(
        /^connection[.]privateKey cannot be used/,
      );
    }));
});
