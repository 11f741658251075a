import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { canonicalText, sha256 } from "../../../../runner/model/canonical.ts";
import { readRelease } from "../../../../infra/sources.ts";
import { copyProject } from "../../../support/project-copy.ts";

let root: string;
let first: string;
let second: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "build-")));
  first = copyProject(join(root, "a"));
  second = copyProject(join(root, "another place with blanks", "x".repeat(100)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bootstrap = (project: string, cwd = project) =>
  execa(process.execPath, [join(project, "scripts", "build", "bootstrap.mjs")], { cwd, reject: false });
const digestOfBuild = (project: string) => readRelease(join(project, "dist", "runner")).digest;

test("two folders and two working directories build the same release, byte for byte", async () => {
  for (const [project, cwd] of [
    [first, "/"],
    [second, second],
  ] as const) {
    const done = await bootstrap(project, cwd);
    expect(done).toMatchObject({ exitCode: 0, stdout: "" });
  }
  expect(digestOfBuild(first)).toBe(digestOfBuild(second));
});

test("the first step goes on with the program it is given, hands on its words and keeps --no-install for itself", async () => {
  writeFileSync(join(second, "words.mjs"), "console.log(JSON.stringify(process.argv.slice(2)));");
  const line = [
    join(second, "scripts", "build", "bootstrap.mjs"),
    "start",
    "words.mjs",
    "a law.md",
    "--no-install",
    "LAW",
  ];
  const done = await execa(process.execPath, line, { cwd: "/", reject: false });
  expect(done).toMatchObject({ exitCode: 0, stdout: '["a law.md","LAW"]' });
});

test("the manifest names every file of the release with its hash, in canonical form", () => {
  const runner = join(first, "dist", "runner");
  const text = readFileSync(join(runner, "manifest.json"), "utf8");
  const manifest = z.record(z.string(), z.string()).parse(JSON.parse(text));
  const files = readdirSync(runner, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(Object.keys(manifest)).toHaveLength(files.length - 1);
  for (const [path, hash] of Object.entries(manifest))
    expect(sha256(readFileSync(join(runner, path))), path).toBe(hash);
  expect(canonicalText(manifest)).toBe(text);
  expect(Object.keys(manifest).some((path) => path.startsWith("sql/read/"))).toBe(true);
  expect(Object.keys(manifest).some((path) => path.startsWith("sql/substrate/"))).toBe(false);
});

test("nothing of the machine that built it stands in the release", () => {
  for (const entry of readdirSync(join(first, "dist"), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name)).includes(root), entry.name).toBe(false);
  }
});

test("the built runner answers --help and a wrong word with the status for usage", async () => {
  const cutter = join(second, "dist", "runner", "cutter.mjs");
  const help = await execa(process.execPath, [cutter, "--help"], {
    cwd: "/",
    env: {},
    extendEnv: false,
    reject: false,
  });
  expect(help.exitCode).toBe(0);
  expect(help.stdout).toContain("orchestrate");
  expect((await execa(process.execPath, [cutter, "no-such-verb"], { cwd: "/", reject: false })).exitCode).toBe(64);
});

test("a second bootstrap builds nothing, a changed source is built again", async () => {
  const stamp = join(first, "dist", "built-from");
  const fingerprint = () => createHash("sha256").update(readFileSync(stamp)).digest("hex");
  const before = fingerprint();
  const inode = readdirSync(join(first, "dist")).length;
  expect((await bootstrap(first)).exitCode).toBe(0);
  expect([fingerprint(), readdirSync(join(first, "dist")).length]).toEqual([before, inode]);
  appendFileSync(join(first, "sql", "rights.json"), "\n");
  const [one, two] = await Promise.all([bootstrap(first), bootstrap(first)]);
  expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
  expect(fingerprint()).not.toBe(before);
  expect(existsSync(join(first, ".state", "bootstrap.lock"))).toBe(false);
  expect(readdirSync(join(first, ".state"))).toEqual([]);
  expect(digestOfBuild(first)).not.toBe(digestOfBuild(second));
});

test("a source that does not compile is named and the last good build stays", async () => {
  const good = digestOfBuild(second);
  appendFileSync(join(second, "runner", "model", "run.ts"), "\nexport const = ;\n");
  const done = await bootstrap(second);
  expect(done.exitCode).toBe(70);
  expect(done.stderr).toContain("runner/model/run.ts");
  expect(digestOfBuild(second)).toBe(good);
});

test("packages are never installed through a link, which would empty somebody else's folder", async () => {
  const project = copyProject(join(root, "linked"), ["package.json", "package-lock.json", "scripts"]);
  const others = join(root, "packages of another project");
  mkdirSync(others);
  writeFileSync(join(others, "kept"), "kept");
  rmSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(others, join(project, "node_modules"));
  const done = await bootstrap(project);
  expect(done.exitCode).toBe(4);
  expect(done.stderr).toContain("node_modules is a link");
  expect(readdirSync(others)).toEqual(["kept"]);
});
