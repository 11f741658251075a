// How the engine gets into the cache. Downloading and compiling are played by two small programs here; the real ones are what
// toolchain.test.ts runs on.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import type { EngineSources } from "../../scripts/toolchain/engine.ts";
import { engineEnvironment } from "../../scripts/toolchain/engine-environment.ts";
import {
  commandPluginFolder,
  commandPluginIn,
  defaultPulumiHome,
  engineIsPresent,
} from "../../scripts/toolchain/pulumi-home.ts";
import { saysSandbox } from "../../scripts/toolchain/sandbox-config.ts";
import { COMMAND_PLUGIN_VERSION, ENGINE_VERSION, LANGUAGE_HOST_VERSION } from "../../scripts/toolchain/versions.ts";

let folder: string;
let home: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "install-"));
  home = join(folder, "cache", "pulumi");
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const say = (line: string): void => void said.push(line);
const modules = join(projectRoot(), "scripts", "toolchain");

/** A launcher that downloads nothing, or lays the whole archive. */
function launcher(works: boolean): string {
  const file = join(folder, `launcher-${String(works)}.cjs`);
  writeFileSync(
    file,
    works
      ? `const { mkdirSync, writeFileSync } = require("node:fs"); const bin = process.env.PULUMI_HOME + "/versions/" + process.env.PULUMI_VERSION + "/bin";
       mkdirSync(bin, { recursive: true }); for (const name of ["pulumi", "pulumi-language-nodejs"]) writeFileSync(bin + "/" + name, "official", { mode: 0o755 });`
      : `process.stderr.write("Downloading\\npulumi: fetch failed\\n"); process.exit(1);`,
  );
  return file;
}

/** A compiler that notes every build, works for a moment and writes `built`; with `fails` it ends as a full disk ends it. */
function go(fails = false): string {
  const file = join(folder, `go-${fails ? "failing" : "working"}`);
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1" = list ]; then echo one; echo two; exit 0; fi
echo "$PWD" >>'${folder}/builds'
echo 'go: downloading something' >&2; echo one >&2; echo two >&2
while [ "$1" != -o ]; do shift; done
printf built >"$2"; chmod 755 "$2"; sleep 0.3
${fails ? "echo 'write: no space left on device' >&2; exit 1" : ""}
`,
  );
  chmodSync(file, 0o755);
  return file;
}
const builds = (): number =>
  existsSync(join(folder, "builds")) ? readFileSync(join(folder, "builds"), "utf8").trim().split("\n").length : 0;
const sources = (changes: Partial<EngineSources> = {}): EngineSources => ({
  modules,
  launcher: launcher(false),
  go: go(),
  ...changes,
});

test("where the official archive can be had it is used and nothing is compiled", async () => {
  await ensureEngine(home, say, sources({ launcher: launcher(true) }));
  expect([
    engineIsPresent(home),
    readFileSync(join(home, "versions", ENGINE_VERSION, "bin", "pulumi"), "utf8"),
    builds(),
  ]).toEqual([true, "official", 0]);
});

test("without a network both programs are compiled, with lines that show how far it is", async () => {
  await ensureEngine(home, say, sources());
  expect([engineIsPresent(home), builds(), readdirSync(home)]).toEqual([true, 2, ["versions"]]);
  expect(said).toContain("  no official download: fetch failed");
  for (const name of ["pulumi", "pulumi-language-nodejs"])
    expect(said.join("\n")).toMatch(new RegExp(`^ {2}${name}: 2 of at most 2 packages compiled`, "m"));
});

test("an engine that is there is used without a word", async () => {
  await ensureEngine(home, say, sources());
  said = [];
  await ensureEngine(home, say, { modules: "/nowhere", launcher: "/nowhere", go: undefined });
  expect([said, builds()]).toEqual([[], 2]);
});

test("of two at once one builds, and the other says that it waits", async () => {
  const [first, second] = [[] as string[], [] as string[]];
  await Promise.all([
    ensureEngine(home, (line) => void first.push(line), sources()),
    ensureEngine(home, (line) => void second.push(line), sources()),
  ]);
  expect([engineIsPresent(home), builds()]).toEqual([true, 2]);
  expect([first, second].filter((lines) => lines.some((line) => /waiting for it/.test(line)))).toHaveLength(1);
});

test("a killed install is no obstacle: its lock and its half of an engine are cleared away", async () => {
  const half = join(home, "incoming-4194303", "versions", ENGINE_VERSION, "bin");
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, "pulumi"), "half", { mode: 0o755 });
  mkdirSync(join(home, "lock"));
  writeFileSync(join(home, "lock", "owner.json"), JSON.stringify({ pid: 4_194_303, started: "gone", command: "node" }));
  expect(engineIsPresent(home)).toBe(false);
  await ensureEngine(home, say, sources());
  expect([engineIsPresent(home), readdirSync(home)]).toEqual([true, ["versions"]]);
});

test("a build that fails leaves nothing that looks like an engine and shows the compiler's last lines", async () => {
  const failing = ensureEngine(home, say, sources({ go: go(true) }));
  await expect(failing).rejects.toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { details: expect.arrayContaining(["write: no space left on device"]) },
  });
  expect([engineIsPresent(home), readdirSync(home)]).toEqual([false, []]);
  await ensureEngine(home, say, sources());
  expect(engineIsPresent(home)).toBe(true);
});

test("without a network and without Go one stop says what to install", async () => {
  await expect(ensureEngine(home, say, sources({ go: undefined }))).rejects.toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: {
      saw: expect.stringMatching(/download failed \(fetch failed\).*no Go/),
      hint: expect.stringContaining("https://go.dev/dl"),
    },
  });
});

test("what go.mod, package.json and the installed packages name is what versions.ts names", () => {
  const read = (...path: string[]): string => readFileSync(join(projectRoot(), ...path), "utf8");
  const version = (name: string): unknown =>
    (JSON.parse(read("node_modules", name, "package.json")) as { version: unknown }).version;
  const pinned = (JSON.parse(read("package.json")) as { dependencies: Record<string, string> }).dependencies;
  expect([
    pinned["@pulumi/pulumi"],
    version("@pulumi/pulumi"),
    pinned["@pulumi/command"],
    version("@pulumi/command"),
  ]).toEqual([ENGINE_VERSION, ENGINE_VERSION, COMMAND_PLUGIN_VERSION, COMMAND_PLUGIN_VERSION]);
  for (const [program, wanted] of [
    ["engine", ENGINE_VERSION],
    ["language-nodejs", LANGUAGE_HOST_VERSION],
  ] as const) {
    for (const part of ["pkg", "sdk"])
      expect(read("scripts", "toolchain", program, "go.mod")).toContain(
        `github.com/pulumi/pulumi/${part}/v3 v${wanted}`,
      );
    expect(read("scripts", "toolchain", program, "go.sum")).toContain(`github.com/pulumi/pulumi/sdk/v3 v${wanted} h1:`);
  }
});

test("the cache lies outside the checkout, and a relative XDG_CACHE_HOME is ignored", () => {
  expect(defaultPulumiHome({ XDG_CACHE_HOME: "/var/cache" })).toBe("/var/cache/cutter/pulumi");
  expect(defaultPulumiHome({ XDG_CACHE_HOME: "here" })).toBe(defaultPulumiHome({}));
});

test("nothing that steers the engine, an agent or a database client passes from the caller's shell", () => {
  const foreign = {
    PULUMI_OPTION_REFRESH: "true",
    PULUMI_CONFIG: "{}",
    SSH_AUTH_SOCK: "/a",
    NODE_OPTIONS: "-r x",
    PGHOST: "h",
    GNUPGHOME: "/g",
    DOT_X_PASSWORD: "p",
    CUTTER_STAND_IN_STACK: "s",
  };
  const environment = engineEnvironment(home, { PATH: "/bin", HOME: "/h", PULUMI_ACCESS_TOKEN: "t", ...foreign });
  expect(Object.keys(environment).filter((name) => name in foreign)).toEqual([]);
  expect(environment).toMatchObject({
    HOME: "/h",
    PULUMI_ACCESS_TOKEN: "t",
    PULUMI_HOME: home,
    PULUMI_VERSION: ENGINE_VERSION,
  });
});

test("a proxy of the caller's shell is kept for the network, and never stands between engine, program and plugin", () => {
  const proxied = {
    HOME: "/h",
    http_proxy: "http://proxy:3128",
    https_proxy: "http://proxy:3128",
    NO_PROXY: "example.org",
  };
  const environment = engineEnvironment(home, proxied);
  expect(environment).toMatchObject({ http_proxy: "http://proxy:3128", https_proxy: "http://proxy:3128" });
  for (const name of ["no_proxy", "NO_PROXY", "no_grpc_proxy"])
    expect(environment[name], name).toBe("example.org,127.0.0.1,localhost,::1");
});

test("only the line the engine writes makes a stack a sandbox", () => {
  for (const line of ["cutter:sandbox: true", 'cutter:sandbox: "true"', '"cutter:sandbox": true'])
    expect(saysSandbox(`config:\n  cutter:host: h\n  ${line}\n`), line).toBe(true);
  for (const text of [
    "",
    "cutter:sandbox: true\n",
    "config:\n  cutter:sandbox: false\n",
    "config:\n  # cutter:sandbox: true\n",
    "config:\n    cutter:sandbox: true\n",
    "config:\n  cutter:sandbox: true or so\n",
    "other:\n  cutter:sandbox: true\n",
    "config:\n  cutter:note: |\n    cutter:sandbox: true\n",
    "config:\n  cutter:sandbox:\n    secure: true\n",
    "config:\n  other:sandbox: true\n",
  ])
    expect(saysSandbox(text), text).toBe(false);
});

test("a plugin folder without a program, or with the engine's sign of a broken install, counts as missing", () => {
  const plugin = commandPluginFolder(home);
  mkdirSync(plugin, { recursive: true });
  expect(commandPluginIn(home)).toBe("missing");
  writeFileSync(join(plugin, "pulumi-resource-command"), "x", { mode: 0o755 });
  expect(commandPluginIn(home)).toBe("official");
  writeFileSync(`${plugin}.partial`, "");
  expect(commandPluginIn(home)).toBe("missing");
});
