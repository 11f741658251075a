// The one command of the workstation, as a person types it: built and run from this project and from other folders.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";

const entry = join(projectRoot(), "scripts", "build", "cutter.mjs");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "one-command-"));
  writeFileSync(join(folder, "law.md"), "# One\n\nText.\n");
  writeFileSync(join(folder, "Pulumi.away.yaml"), "config: {}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const cutter = (...words: string[]) =>
  execa(entry, words, { cwd: folder, reject: false, stdin: "ignore", env: { NO_COLOR: "1" } });

test("from another folder a file is meant from there, by the command and by npm --prefix", async () => {
  const direct = await cutter("intake", "law.md", "ONE");
  expect([direct.exitCode, direct.stdout]).toEqual([0, expect.stringContaining("ONE/S-1")]);
  const words = ["run", "--silent", "--prefix", projectRoot(), "intake", "--", "law.md", "ONE"];
  const npm = await execa("npm", words, { cwd: folder, reject: false, stdin: "ignore" });
  expect([npm.exitCode, npm.stdout]).toEqual([0, direct.stdout]);
});

test("a mistyped verb ends with status 64 and the verb that was meant", async () => {
  const done = await cutter("rusn");
  expect([done.exitCode, done.stderr]).toEqual([64, expect.stringContaining("(Did you mean runs?)")]);
  const helped = await cutter("help", "stauts");
  expect([helped.exitCode, helped.stderr]).toEqual([64, expect.stringContaining("(Did you mean status?)")]);
});

test("the help names every group, a verb's help is its program's, and the version is that of the package", async () => {
  const help = await cutter("--help");
  for (const line of [/^Runs\n {2}cut +open a run/m, /^People who sign$/m]) expect(help.stdout).toMatch(line);
  expect((await cutter("help", "void")).stdout).toMatch(/^Usage: cutter void \[options\] <run-id> <reason>$/m);
  expect((await cutter("--version")).stdout).toMatch(/^cutter \d+\.\d+\.\d+$/);
});

test("standard output with --json is JSON only, of a refusal too", async () => {
  for (const words of [
    ["runs", "--json"],
    ["--json", "runs"],
    ["docs", "--json"],
    ["doctor", "--json"],
  ]) {
    const stack = words.includes("runs") ? ["--stack", join(folder, "Pulumi.away.yaml")] : [];
    const { stdout } = await cutter(...words, ...stack);
    const lines = stdout.split("\n");
    expect(lines.length).toBeGreaterThan(0);
    expect(() => lines.map((line) => JSON.parse(line) as unknown)).not.toThrow();
  }
});

test("the reference of commands and the words of completion are what the programs say", async () => {
  const done = await cutter("reference", "--check");
  expect([done.exitCode, done.stderr]).toEqual([0, ""]);
});
