// The built program on a runtime root as a run leaves it: a receiver is told once, again after a refusal, and never by a secret.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RUN_ID } from "../support/recorded-run.ts";
import { stoppedRunHost } from "../support/stopped-run-host.ts";

const SECRET = "planted-hook-key-0123456789";
let folder: string;
let server: Server;
let bodies: { kind: string; subject: string; text: string }[];
let refuse: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "told-"));
  bodies = [];
  refuse = false;
  server = createServer((request, response) => {
    void text(request).then((body) => {
      if (!refuse) bodies.push(JSON.parse(body) as (typeof bodies)[number]);
      response.writeHead(refuse ? 500 : 200).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  rmSync(folder, { recursive: true, force: true });
});

/** A host's files, with a receiver that is told. */
function laidHost(): { config: string; record: string } {
  const key = join(folder, "hook.env");
  writeFileSync(key, `HOOK_KEY=${SECRET}\n`, { mode: 0o600 });
  const { port } = server.address() as AddressInfo;
  const channel = {
    kind: "webhook",
    name: "hook",
    url: `http://127.0.0.1:${port}/x`,
    secret: { file: key, variable: "HOOK_KEY" },
  };
  const { config, runs } = stoppedRunHost(folder, { notifications: { stack: "real", channels: [channel] } });
  return { config, record: join(runs, "notifications.ndjson") };
}

const notify = (config: string, ...words: string[]): Promise<{ status: number; said: string }> =>
  new Promise((resolve) => {
    const program = join(folder, "release", "cutter.mjs");
    execFile(process.execPath, [program, "--config", config, "orchestrate", "notify", ...words], (error, out, err) =>
      resolve({ status: typeof error?.code === "number" ? error.code : 0, said: `${out}${err}` }),
    );
  });

test("a stopped run and a blind spot are told once, with the next command and without control characters or the secret", async () => {
  const { config, record } = laidHost();
  expect((await notify(config)).status).toBe(0);
  expect(bodies.map(({ kind }) => kind).sort()).toContain("run_stopped");
  expect(bodies.map(({ kind }) => kind)).toContain("could_not_look");
  const stopped = bodies.find(({ kind }) => kind === "run_stopped");
  expect(stopped?.text).toContain("a row changed\\u{1B}[2J");
  expect(stopped?.text).toContain(`npm run status -- ${RUN_ID} --stack real`);
  const before = bodies.length;
  expect(await notify(config)).toEqual({ status: 0, said: "nobody has to be told anything new\n" });
  expect(bodies).toHaveLength(before);
  expect(JSON.stringify(bodies) + readFileSync(record, "utf8")).not.toContain(SECRET);
});

test("a receiver that refuses is recorded, waited for and told when it takes again", async () => {
  const { config, record } = laidHost();
  refuse = true;
  const refused = await notify(config);
  expect([refused.status, refused.said]).toEqual([1, expect.stringContaining("hook: run_stopped: failed, status 500")]);
  refuse = false;
  expect((await notify(config)).said).toBe("nobody has to be told anything new\n");
  const old = new Date(Date.now() - 6 * 60_000).toISOString();
  writeFileSync(record, readFileSync(record, "utf8").replaceAll(/"at":"[^"]+"/g, `"at":"${old}"`));
  expect((await notify(config)).status).toBe(0);
  expect(bodies.map(({ kind }) => kind)).toContain("run_stopped");
});

test("the test message reaches the receiver, and a channel that is not declared is refused by name", async () => {
  const { config } = laidHost();
  expect(await notify(config, "--test")).toEqual({ status: 0, said: "hook: test: sent\n" });
  expect(bodies.map(({ subject }) => subject)).toEqual(["cutter: test from told-host"]);
  expect(await notify(config, "--test", "--channel", "fax")).toMatchObject({
    status: 4,
    said: expect.stringMatching(/no channel fax[\s\S]*one of hook/) as string,
  });
});
