// The built program on a runtime root as a run leaves it: a receiver is told once, again after a refusal, and never by a secret.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../runner/model/canonical.ts";
import { stateJson, stateText } from "../../runner/rules/run-state.ts";
import { projectRoot } from "../../infra/place.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { receipt, recordsThrough, RUN_ID, runRow, minute } from "../support/recorded-run.ts";

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

/** A host's files: one run that stopped, no halt, no backup; its approver set is missing, so that one place cannot be looked at. */
function laidHost(): { config: string; record: string } {
  const place = placeOf(folder, { host: folder, database: folder });
  const rendered = JSON.parse(
    renderConfig({
      place,
      host: "told-host",
      database: { host: folder, port: 5432, name: "none", systemIdentifier: "1234567890123" },
      approversSha: sha256("none"),
      recipient: "A".repeat(40),
      postgresBin: "/usr/bin",
      scratchUser: null,
    }),
  ) as Record<string, unknown>;
  const key = join(folder, "hook.env");
  writeFileSync(key, `HOOK_KEY=${SECRET}\n`, { mode: 0o600 });
  const { port } = server.address() as AddressInfo;
  const channel = {
    kind: "webhook",
    name: "hook",
    url: `http://127.0.0.1:${port}/x`,
    secret: { file: key, variable: "HOOK_KEY" },
  };
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ ...rendered, notifications: { stack: "real", channels: [channel] } }));
  const runs = join(place.runtimeRoot, "runs");
  for (const area of ["backups", "locks"]) mkdirSync(join(place.runtimeRoot, area), { recursive: true });
  mkdirSync(join(runs, RUN_ID), { recursive: true });
  const state = stateJson({
    revision: 3,
    run: runRow("grants_probed", { last_stop: "STOP_DRIFT" }),
    phases: recordsThrough("grant_probe"),
    proves: {},
    admissions: [],
    halts: [],
    receipts: [receipt(1, minute(4))],
    requests: [],
    last_error: { stop_code: "STOP_DRIFT", message: "a row changed\u001b[2J", phase: "grant_probe" },
    phase_cap_seconds: 600,
    now: minute(20),
  });
  writeFileSync(join(runs, RUN_ID, "state.json"), stateText(state));
  cpSync(join(projectRoot(), "dist", "runner"), join(folder, "release"), { recursive: true });
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
