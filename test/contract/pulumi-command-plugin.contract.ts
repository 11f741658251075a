// What our programs rely on in the plugin `command` 1.2.1, whoever made it: remote commands over SSH with a pinned host key.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { secret, startPlugin } from "../support/plugin-client.ts";
import type { PluginClient, Wire } from "../support/plugin-client.ts";
import { freePort, startSilentServer, startThrowAwaySshd } from "../support/throw-away-sshd.ts";
import type { ThrowAwaySshd } from "../support/throw-away-sshd.ts";

/** How to start the plugin under test; asked when the tests run, because a build may come first. */
export interface PluginUnderTest {
  readonly program: () => string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The contract; runs against a real sshd. */
export function commandPluginContract(name: string, under: PluginUnderTest): void {
  describe(`plugin command: ${name}`, () => {
    let sshd: ThrowAwaySshd;
    let plugin: PluginClient;
    let folder: string;
    beforeAll(async () => {
      sshd = await startThrowAwaySshd();
      plugin = await startPlugin(under.program(), under.environment);
      folder = mkdtempSync(join(tmpdir(), "plugin-"));
    });
    afterAll(async () => {
      await plugin?.stop();
      await sshd?.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });
    const connection = (changes: Wire = {}): Wire => ({
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      privateKey: secret(sshd.privateKey),
      hostKey: sshd.hostKey,
      dialErrorLimit: 2,
      perDialTimeout: 5,
      ...changes,
    });
    const inputs = (changes: Wire, dial: Wire = {}): Wire => ({
      connection: secret(connection(dial)),
      addPreviousOutputInEnv: false,
      logging: "none",
      ...changes,
    });
    const clear = (value: unknown): unknown =>
      typeof value === "object" && value !== null && "value" in value ? value.value : value;

    test("it says it is version 1.2.1", async () => {
      expect(await plugin.version()).toBe("1.2.1");
    });
    test("inputs as our programs give them are accepted", async () => {
      expect(await plugin.check(inputs({ create: "true", update: "true", stdin: "{}" }))).toEqual({ failures: [] });
    });
    test("create runs the create script with its standard input and returns what it printed without the last newline", async () => {
      const { id, outputs } = await plugin.create(
        inputs({ create: "cat; echo; echo second; echo warning >&2", stdin: "first ä\u2028" }),
      );
      expect(id).not.toBe("");
      expect([clear(outputs["stdout"]), clear(outputs["stderr"])]).toEqual(["first ä\u2028\nsecond", "warning"]);
    });
    test("a script that ignores a long standard input still succeeds", async () => {
      const { outputs } = await plugin.create(
        inputs({ create: "exec </dev/null; echo done", stdin: "x".repeat(3_000_000) }),
      );
      expect(clear(outputs["stdout"])).toBe("done");
    });
    test("the connection comes back as a secret, so that the key never lies in the state in clear", async () => {
      const { outputs } = await plugin.create(inputs({ create: "true" }));
      expect(outputs["connection"]).toMatchObject({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      });
      expect(JSON.stringify({ ...outputs, connection: null })).not.toContain("PRIVATE KEY");
    });
    test("update runs the update script where there is one and the create script where there is none", async () => {
      const file = join(folder, "ran");
      const old = (await plugin.create(inputs({ create: `echo create >>'${file}'` }))).outputs;
      await plugin.update(old, inputs({ create: `echo create >>'${file}'`, update: `echo update >>'${file}'` }));
      await plugin.update(old, inputs({ create: `echo again >>'${file}'` }));
      expect(readFileSync(file, "utf8")).toBe("create\nupdate\nagain\n");
    });
    test("delete runs the delete script and nothing where there is none", async () => {
      const file = join(folder, "deleted");
      const { outputs } = await plugin.create(inputs({ create: "true", delete: `touch '${file}'` }));
      const before = sshd.logins();
      await plugin.delete((await plugin.create(inputs({}))).outputs);
      expect([existsSync(file), sshd.logins()]).toEqual([false, before]);
      await plugin.delete(outputs);
      expect(existsSync(file)).toBe(true);
    });
    test("equal inputs are no change; a changed script or input is an update in place; changed triggers are a replacement", async () => {
      const { outputs } = await plugin.create(inputs({ create: "true", stdin: "{}", triggers: ["1"] }));
      const diff = (changes: Wire): ReturnType<PluginClient["diff"]> =>
        plugin.diff(outputs, inputs({ create: "true", stdin: "{}", triggers: ["1"], ...changes }));
      expect(await diff({})).toEqual({ changes: false, replaces: [] });
      for (const change of [{ create: "false" }, { update: "true" }, { stdin: "[]" }])
        expect(await diff(change), JSON.stringify(change)).toEqual({ changes: true, replaces: [] });
      expect(await diff({ triggers: ["2"] })).toEqual({ changes: true, replaces: ["triggers"] });
    });
    test("a changed host key is a change", async () => {
      const { outputs } = await plugin.create(inputs({ create: "true" }));
      expect((await plugin.diff(outputs, inputs({ create: "true" }, { hostKey: sshd.otherHostKey }))).changes).toBe(
        true,
      );
    });
    test("a failing script fails the call with its exit status and what it said on standard error", async () => {
      await expect(plugin.create(inputs({ create: "echo 'disk is full' >&2; exit 3" }))).rejects.toThrow(
        /status 3[^]*disk is full/,
      );
      const { outputs } = await plugin.create(inputs({ create: "true" }));
      await expect(plugin.update(outputs, inputs({ create: "echo 'no room' >&2; exit 4" }))).rejects.toThrow(
        /status 4[^]*no room/,
      );
    });
    test("a host with another key is refused before a login is tried and nothing runs", async () => {
      const file = join(folder, "wrong-host");
      const before = sshd.log();
      await expect(
        plugin.create(inputs({ create: `touch '${file}'` }, { hostKey: sshd.otherHostKey })),
      ).rejects.toThrow(/key/);
      expect(existsSync(file)).toBe(false);
      expect(sshd.log().slice(before.length)).not.toMatch(/publickey|session opened|Starting session/);
    });
    test("a closed port fails after the given number of dials", async () => {
      await expect(plugin.create(inputs({ create: "true" }, { port: await freePort() }))).rejects.toThrow(
        /dial|refused/,
      );
    });
    test("a host that takes the connection and stays silent fails within the dial limit", async () => {
      const silent = await startSilentServer();
      try {
        await expect(
          plugin.create(inputs({ create: "true" }, { port: silent.port, perDialTimeout: 1, dialErrorLimit: 1 })),
        ).rejects.toThrow();
      } finally {
        await silent.stop();
      }
    });
    test("a host behind a proxy is reached through it, and both host keys are pinned", async () => {
      const proxy = await startThrowAwaySshd();
      try {
        const { host, port, user, privateKey, hostKey } = proxy;
        const through = {
          host,
          port,
          user,
          privateKey: secret(privateKey),
          hostKey,
          dialErrorLimit: 1,
          perDialTimeout: 5,
        };
        const { outputs } = await plugin.create(inputs({ create: "echo there" }, { proxy: through }));
        expect([clear(outputs["stdout"]), proxy.logins()]).toEqual(["there", 1]);
        const before = [proxy.logins(), sshd.logins()];
        const otherProxy = { ...through, hostKey: proxy.otherHostKey };
        await expect(plugin.create(inputs({ create: "true" }, { proxy: otherProxy }))).rejects.toThrow(/key/);
        expect([proxy.logins(), sshd.logins()]).toEqual(before);
        await expect(
          plugin.create(inputs({ create: "true" }, { hostKey: sshd.otherHostKey, proxy: through })),
        ).rejects.toThrow(/key/);
        expect(sshd.logins()).toBe(before[1]);
      } finally {
        await proxy.stop();
      }
    });
    test("a key that may not log in is refused", async () => {
      await expect(plugin.create(inputs({ create: "true" }, { user: "nobody-of-this-name" }))).rejects.toThrow();
    });
    test("no error and no log line holds the private key", async () => {
      const error = await plugin.create(inputs({ create: "exit 1" })).then(() => "", String);
      for (const line of sshd.privateKey.trim().split("\n").slice(1, -1))
        expect(`${error}${plugin.logged()}`).not.toContain(line);
    });
  });
}
