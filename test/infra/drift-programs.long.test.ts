// The programs as an operator starts them, against one host: two ups at once, a second clone, a full disk, saved plans, the scheduled check.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { parse as parseYaml } from "yaml";
import { EXIT_DRIFT_FOUND } from "../../runner/model/stop.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { projectRoot } from "../../infra/place.ts";
import { cloneOf } from "../support/host-clone.ts";
import type { HostClone } from "../support/host-clone.ts";
import { provisionedHost } from "../support/provisioned-host.ts";
import type { ProvisionedHost } from "../support/provisioned-host.ts";
import { makeShortOfDisk } from "../support/short-of-disk.ts";

const SAMPLES = join(projectRoot(), "docs", "samples");
let host: ProvisionedHost;
let clone: HostClone;
beforeAll(async () => {
  host = await provisionedHost({ release: "built" });
  clone = cloneOf(host);
}, 600_000);
afterAll(async () => {
  await host?.remove();
});

const area = (name: string): string => join(host.config.runtime.root, name);
const driftPaths = async (...args: string[]): Promise<{ status: number; paths: string[] }> => {
  const { status, stdout } = await clone.run("drift", "--json", ...args);
  return { status, paths: (JSON.parse(stdout) as { drift: { path: string }[] }).drift.map(({ path }) => path) };
};

test("two ups at once: one works, the other waits or is refused, and the host is whole", async () => {
  const both = await Promise.all([clone.run("up"), clone.run("up")]);
  const [first, second] = both.sort((one, other) => one.status - other.status);
  expect([first?.status, first?.stderr]).toEqual([0, expect.any(String)]);
  if (second?.status !== 0) expect(second?.stderr).toContain("another up works on this stack");
  expect(await driftPaths()).toEqual({ status: 0, paths: [] });
});

test("a second clone without the state says so and calls nothing of the host different", async () => {
  const [state, aside] = [join(clone.folder, "state"), join(clone.folder, "state-of-the-first")];
  renameSync(state, aside);
  mkdirSync(state);
  const { status, stdout } = await clone.run("drift");
  rmSync(state, { recursive: true });
  renameSync(aside, state);
  expect([status, stdout]).toEqual([
    EXIT_DRIFT_FOUND,
    expect.stringMatching(/^this clone has no state of an earlier up/),
  ]);
  const have = new Set(stdout.split("\n").filter((line) => line.startsWith("  have ")));
  expect([...have]).toEqual(["  have  nothing recorded by an earlier up"]);
});

test("a disk that runs full during up fails it, leaves no part of the release, and the next up completes", async () => {
  const { folder } = host.config.release;
  rmSync(folder, { recursive: true });
  const end = makeShortOfDisk(folder, host.sshd);
  try {
    const failed = await clone.run("up");
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("could not be written whole");
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    end();
  }
  expect((await clone.run("up")).status).toBe(0);
});

test("a saved plan is exactly what was shown: it answers 7 or 0 as the look does, is applied, and is refused when the host has changed since", async () => {
  const plan = join(clone.folder, "look.plan");
  expect(await driftPaths("--save-plan", plan)).toEqual({ status: 0, paths: [] });
  expect(statSync(plan).mode & 0o777).toBe(0o600);
  chmodSync(area("runs"), 0o777);
  const seen = await clone.run("drift", "--save-plan", plan);
  expect([seen.status, seen.stdout]).toEqual([
    EXIT_DRIFT_FOUND,
    expect.stringContaining(`npm run up -- --stack sandbox --plan ${plan}`),
  ]);
  const key = readFileSync(host.config.connection.privateKeyFile, "utf8").split("\n")[2] ?? "none";
  expect(readFileSync(plan, "utf8")).not.toContain(key);
  const unseen = area("locks");
  chmodSync(unseen, 0o777);
  const refused = await clone.run("up", "--plan", plan);
  expect([refused.status, refused.stderr]).toEqual([
    5,
    expect.stringContaining("has changed since the plan was saved"),
  ]);
  expect(statSync(unseen).mode & 0o777).toBe(0o777);
  expect((await clone.run("drift", "--save-plan", plan)).status).toBe(EXIT_DRIFT_FOUND);
  expect((await clone.run("up", "--plan", plan)).status).toBe(0);
  expect((await clone.run("up", "--plan", join(clone.folder, "none.plan"))).stderr).toContain(
    "npm run drift -- --stack sandbox --save-plan",
  );
});

test("unlock tells who holds the lock, takes a dead one away, asks about one of another machine and never takes a living one", async () => {
  const folder = join(clone.folder, "state", ".pulumi", "locks", "organization", "cutter", "sandbox");
  const lock = (fields: object): void => {
    mkdirSync(folder, { recursive: true });
    const made = {
      pid: 4_194_303,
      username: "linh",
      hostname: hostname(),
      timestamp: "2026-11-29T10:00:00Z",
      ...fields,
    };
    writeFileSync(join(folder, "made-by-a-test.json"), JSON.stringify(made));
  };
  const left = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".json"));
  lock({});
  const dead = await clone.run("unlock");
  expect([dead.status, dead.stdout, left()]).toEqual([
    0,
    expect.stringMatching(/^linh@.*4194303.*10:00:00Z.*gone/),
    [],
  ]);
  lock({ hostname: "desk-7" });
  expect((await clone.run("up")).stderr).toContain("linh@desk-7, process 4194303");
  const asked = await clone.run("unlock");
  expect([asked.status, asked.stderr, left().length]).toEqual([
    4,
    expect.stringContaining("npm run unlock -- sandbox --yes"),
    1,
  ]);
  expect([(await clone.run("unlock", "--yes")).status, left()]).toEqual([0, []]);
  const living = execa(process.execPath, ["-e", "setTimeout(() => {}, 600000)", "pulumi"], { reject: false });
  lock({ pid: living.pid });
  const refused = await clone.run("unlock", "--yes");
  expect([refused.status, refused.stderr, left().length]).toEqual([
    4,
    expect.stringContaining("an up of sandbox is running"),
    1,
  ]);
  living.kill();
  await living;
  expect([(await clone.run("unlock")).status, left()]).toEqual([0, []]);
  expect((await clone.run("unlock", "--json")).stdout).toContain('"removed":false');
});

/** Runs a command of the samples in the clone; answers its status and what ticket and page programs were told. */
async function alerted(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; ticket: string; page: string; said: string }> {
  const folder = join(clone.folder, "docs", "samples");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(SAMPLES, "drift-alert.sh"), join(folder, "drift-alert.sh"));
  const told = (name: string): string => join(clone.folder, `${name}.told`);
  const channel = (name: string): string => {
    const program = join(clone.folder, name);
    writeFileSync(program, `#!/bin/sh\n{ printf '%s\\n' "$1"; cat; } > '${told(name)}'\n`, { mode: 0o755 });
    rmSync(told(name), { force: true });
    return program;
  };
  const [program = "", ...rest] = words;
  const done = await execa(program, rest, {
    cwd: clone.folder,
    reject: false,
    stdin: "ignore",
    env: { DRIFT_TICKET: channel("ticket"), DRIFT_PAGE: channel("page"), ...more },
  });
  const read = (name: string): string => (existsSync(told(name)) ? readFileSync(told(name), "utf8") : "");
  return {
    status: done.exitCode ?? -1,
    ticket: read("ticket"),
    page: read("page"),
    said: `${done.stdout}${done.stderr}`,
  };
}

test("the scheduled check is silent on a clean host, makes a ticket with the table on drift, and pages when nobody could look", async () => {
  const script = ["docs/samples/drift-alert.sh", "sandbox"];
  expect(await alerted(script)).toEqual({ status: 0, ticket: "", page: "", said: "" });
  chmodSync(area("runs"), 0o777);
  const drifted = await alerted(script);
  expect(drifted).toEqual({
    status: EXIT_DRIFT_FOUND,
    page: "",
    said: "",
    ticket: expect.stringMatching(
      /^cutter: sandbox differs from its declaration \[[0-9a-f]{12}\]\n[\s\S]* {2}have {2}directory \S+ 0777\n/,
    ) as string,
  });
  // The same job by the CI sample's own words, and a tracker that refuses: then somebody must be woken.
  const ci = z
    .looseObject({
      jobs: z.looseObject({ drift: z.looseObject({ steps: z.array(z.looseObject({ run: z.string().optional() })) }) }),
    })
    .parse(parseYaml(readFileSync(join(SAMPLES, "drift-ci.yml"), "utf8")));
  const step = ci.jobs.drift.steps.find(({ run }) => run !== undefined)?.run ?? "exit 99";
  const fromCi = await alerted(["bash", "-e", "-c", step], {
    STACK: "sandbox",
    RUNNER_TEMP: clone.folder,
    PROVISIONING_KEY: "k",
    PASSPHRASE: "p",
    DRIFT_TICKET: "false",
  });
  expect([fromCi.status, fromCi.page, existsSync(join(clone.folder, "look"))]).toEqual([
    2,
    expect.stringContaining("no ticket could be made"),
    false,
  ]);
  chmodSync(area("runs"), 0o750);
  host.declare({ connection: { ...host.config.connection, hostKey: host.sshd.otherHostKey } });
  expect(await alerted(script)).toMatchObject({
    status: 1,
    ticket: "",
    page: expect.stringMatching(
      /^cutter: could not look at sandbox \(status 1\)\n[\s\S]*host key is not the pinned one; nothing was sent/,
    ) as string,
  });
  host.declare({});
  expect(await alerted(script, { DRIFT_LIMIT: "0.01" })).toMatchObject({
    status: 1,
    page: expect.stringContaining("did not end within 0.01 seconds") as string,
  });
});

test("the samples are read by what will read them: systemd's own check finds nothing, and the timer starts the service that runs the script", async () => {
  const [service, timer] = ["cutter-drift.service", "cutter-drift.timer"].map((name) =>
    readFileSync(join(SAMPLES, name), "utf8"),
  );
  expect(statSync(join(SAMPLES, "drift-alert.sh")).mode & 0o111).toBe(0o111);
  expect([service, timer]).toEqual([
    expect.stringMatching(/^ExecStart=\S+\/docs\/samples\/drift-alert\.sh contabo$/m),
    expect.stringMatching(/^OnCalendar=/m),
  ]);
  const verify = programPath("systemd-analyze");
  if (verify === undefined) return console.log("systemd-analyze is not here; the units were only read");
  const folder = join(clone.folder, "units");
  mkdirSync(folder);
  writeFileSync(join(folder, "cutter-drift.service"), (service ?? "").replaceAll("/opt/cutter/checkout", clone.folder));
  writeFileSync(join(folder, "cutter-drift.timer"), timer ?? "");
  const done = await execa(
    verify,
    ["verify", join(folder, "cutter-drift.service"), join(folder, "cutter-drift.timer")],
    { reject: false },
  );
  expect([done.exitCode, `${done.stdout}${done.stderr}`]).toEqual([0, ""]);
});
