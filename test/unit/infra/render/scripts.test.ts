import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { declareHost } from "../../../../infra/host-spec.ts";
import { definedFunctions } from "../../../../infra/package-functions.ts";
import { CONFIG_LEAVES_PROGRAM, declaredLeaves } from "../../../../infra/render/config-leaves.ts";
import { directoryStep, fileHolds, fileStep } from "../../../../infra/render/file-steps.ts";
import { renderHostScript } from "../../../../infra/render/host-script.ts";
import { treeFunctions, treeHolds, treeSteps, type Tree } from "../../../../infra/render/tree-steps.ts";
import { renderProbe } from "../../../../infra/render/probe.ts";
import { renderUndo } from "../../../../infra/render/package.ts";
import { hereDocument } from "../../../../infra/render/shell-text.ts";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { declaredSources, declaredStack, smallSources } from "../../../support/declared-stack.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scripts-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const group = execFileSync("id", ["-gn"]).toString().trim();
const owned = { owner: userInfo().username, group, mode: "0640" };
const run = (script: string, before = ""): { status: number; stderr: string; stdout: string } => {
  const done = execaSync("sh", ["-c", `${before}exec sh -s`], { input: script, reject: false });
  return { status: done.exitCode ?? -1, stderr: done.stderr, stdout: done.stdout };
};
const laying = (path: string, bytes: Buffer): string =>
  renderHostScript({
    title: "one file",
    holds: [fileHolds(path, owned, sha256(bytes))],
    steps: [fileStep(path, owned, sha256(bytes), bytes)],
  });

test("every script of a host like the real one is the text that was reviewed", async () => {
  const host = declareHost(declaredStack(), smallSources(true));
  // Contents and their digests belong to other tests; here it is the commands that count.
  const commands = (script: string): string =>
    script
      .replace(/\b[0-9a-f]{64}\b/g, "<sha256>")
      .replace(/(?:^[A-Za-z0-9+/]+={0,2}\n)+(?=END$)/gm, "<base64>\n")
      .replace(/'\{"[^']*\}'/g, "'<declared keys>'");
  for (const { name, script } of host.components) expect(commands(script)).toMatchSnapshot(name);
  expect(commands(renderProbe(host.request))).toMatchSnapshot("probe");
});

test("a package that is not acknowledged gets a script that only says so", async () => {
  const host = declareHost(declaredStack(), declaredSources(false));
  expect(
    host.components
      .filter(({ name }) => name.startsWith("package-"))
      .every(({ script }) => !script.includes("psql") && script.includes("not acknowledged")),
  ).toBe(true);
  expect(host.spec["package runtime"]?.up).toMatch(
    /^nothing before it is acknowledged: npm run package -- show runtime/,
  );
});

test("every rendered script is one the shell can read", async () => {
  const sources = declaredSources(true);
  const host = declareHost(declaredStack(), sources);
  const undo = sources.packages.map((one) => renderUndo(one, host.request.database));
  for (const script of [...host.components.map((one) => one.script), ...undo, renderProbe(host.request)])
    expect(execaSync("sh", ["-n"], { input: script, reject: false }).stderr).toBe("");
});

test("every function of every package is found in its SQL, once", async () => {
  for (const { sql } of declaredSources(true).packages) {
    const names = definedFunctions(sql).map(({ name }) => name);
    expect(names.length).toBe((sql.match(/^CREATE FUNCTION /gm) ?? []).length);
    expect(new Set(names).size).toBe(names.length);
  }
});

test("a file is written whole with owner, mode and bytes, and a second time nothing is done", () => {
  const path = join(folder, "f");
  expect(run(laying(path, Buffer.from("one\n")))).toMatchObject({ status: 0, stdout: "laid and verified" });
  expect([readFileSync(path, "utf8"), (statSync(path).mode & 0o777).toString(8)]).toEqual(["one\n", "640"]);
  const { ctimeMs } = statSync(path);
  expect(run(laying(path, Buffer.from("one\n")))).toMatchObject({ status: 0, stdout: "stands as declared" });
  expect(statSync(path).ctimeMs).toBe(ctimeMs);
});

test("a host that is full leaves the old file whole and no half of the new one", () => {
  const path = join(folder, "f");
  writeFileSync(path, "old\n", { mode: 0o640 });
  const answer = run(laying(path, Buffer.alloc(100_000, "x")), "ulimit -f 8; trap '' XFSZ; ");
  expect([answer.status, answer.stderr]).toEqual([
    1,
    expect.stringContaining("could not be written whole; the file that was there is unchanged"),
  ]);
  expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old\n", ["f"]]);
  expect(run(laying(path, Buffer.alloc(100_000, "x"))).status).toBe(0);
});

test("a link in place of a file is replaced and never written through", () => {
  const [path, elsewhere] = [join(folder, "f"), join(folder, "elsewhere")];
  writeFileSync(elsewhere, "mine\n");
  symlinkSync(elsewhere, path);
  expect(run(laying(path, Buffer.from("one\n"))).status).toBe(0);
  expect([readFileSync(elsewhere, "utf8"), lstatSync(path).isFile()]).toEqual(["mine\n", true]);
  const through = join(folder, "through");
  symlinkSync(mkdtempSync(join(folder, "else-")), through);
  expect(run(laying(join(through, "f"), Buffer.from("one\n")))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is a link; provisioning does not write through it"),
  });
  expect(existsSync(join(through, "f"))).toBe(false);
});

test("a service user who turns names in his folder into links while root writes there gets nothing else changed or given to him", () => {
  const place = join(folder, "his");
  const secret = join(folder, "secret");
  mkdirSync(place);
  mkdirSync(secret, { mode: 0o700 });
  writeFileSync(join(secret, "shadow"), "root's own\n", { mode: 0o600 });
  const path = join(place, "law.md");
  // What he does after each step of root's, as often as he can: whatever root works with becomes a link to what is root's.
  const attack = (name: string, to: string): string =>
    `turn() { if [ -d '${name}' ] && [ ! -L '${name}' ]; then command mv '${name}' "${name}.$$.$(date +%N)"; fi; ln -sfn '${to}' '${name}'; }\n` +
    ["rm", "mkdir", "mktemp"]
      .map((step) => `${step}() { command ${step} "$@"; set -- $?; turn; return $1; }\n`)
      .join("") +
    ["chown", "chmod", "mv"].map((step) => `${step}() { turn; command ${step} "$@"; }\n`).join("");
  for (const to of ["shadow", ""].map((name) => join(secret, name))) {
    run(attack(`${path}.new`, to) + laying(path, Buffer.from("the law\n")));
    run(attack(join(place, ".incoming"), to) + layingTree({ ...tree(), above: place, root: join(place, "tree") }));
    run(
      attack(join(place, "part"), to) +
        renderHostScript({
          title: "one folder",
          holds: [],
          steps: [directoryStep(join(place, "part"), { ...owned, mode: "0777" })],
        }).replace("if holds", "if false"),
    );
    expect([
      readdirSync(secret),
      readFileSync(join(secret, "shadow"), "utf8"),
      statSync(secret).mode & 0o777,
      statSync(join(secret, "shadow")).mode & 0o777,
    ]).toEqual([["shadow"], "root's own\n", 0o700, 0o600]);
  }
});

const tree = (): Tree => ({
  above: folder,
  root: join(folder, "tree"),
  folders: ["sql"],
  owned: { owner: owned.owner, group },
  files: { "cutter.mjs": Buffer.alloc(70_000, "c"), empty: Buffer.alloc(0), "sql/one.sql": Buffer.from("SELECT 1\n") },
});
const layingTree = (what: Tree): string =>
  renderHostScript({
    title: "a tree",
    functions: treeFunctions(what),
    holds: [treeHolds(what)],
    steps: treeSteps(what),
  });
const modes = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`);

test("a tree is laid with its folders in one piece, a second time nothing is done, and what differs in it is mended alone", () => {
  expect(run(layingTree(tree()))).toMatchObject({ status: 0, stdout: "laid and verified", stderr: "" });
  expect(modes()).toEqual([
    "tree 755",
    "tree/cutter.mjs 644",
    "tree/empty 644",
    "tree/sql 755",
    "tree/sql/one.sql 644",
  ]);
  expect(run(layingTree(tree())).stdout).toBe("stands as declared");
  const [kept, mended] = [join(folder, "tree", "cutter.mjs"), join(folder, "tree", "sql", "one.sql")];
  const before = statSync(kept).ino;
  writeFileSync(mended, "SELECT 2\n");
  chmodSync(join(folder, "tree", "empty"), 0o666);
  // With a mode of its own: an ordinary user's umask of 0002 would make it another one.
  writeFileSync(join(folder, "tree", "stranger"), "", { mode: 0o644 });
  expect(run(layingTree(tree()))).toMatchObject({ status: 0, stdout: "laid and verified" });
  expect([readFileSync(mended, "utf8"), statSync(kept).ino]).toEqual(["SELECT 1\n", before]);
  expect(modes()).toEqual([
    "tree 755",
    "tree/cutter.mjs 644",
    "tree/empty 644",
    "tree/sql 755",
    "tree/sql/one.sql 644",
    "tree/stranger 644",
  ]);
});

test.each(["0002", "0027", "0077"])(
  "under umask %s a file, a folder and a tree get exactly the declared modes",
  (umask) => {
    const [file, place] = [join(folder, "f"), join(folder, "d")];
    const script = renderHostScript({
      title: "one folder",
      holds: ["false"],
      steps: [directoryStep(place, { ...owned, mode: "0750" }), "exit 0"],
    });
    for (const one of [laying(file, Buffer.from("one\n")), script, layingTree(tree())])
      expect(run(one, `umask ${umask}; `)).toMatchObject({ status: 0, stderr: "" });
    expect(modes()).toEqual([
      "d 750",
      "f 640",
      "tree 755",
      "tree/cutter.mjs 644",
      "tree/empty 644",
      "tree/sql 755",
      "tree/sql/one.sql 644",
    ]);
  },
);

test("a host that is full, or was killed while a tree came, keeps no part of it", () => {
  mkdirSync(join(folder, ".incoming", "half"), { recursive: true });
  expect(run(layingTree(tree()), "ulimit -f 8; trap '' XFSZ; ")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("could not be written whole; what stood there is unchanged"),
  });
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, ".incoming", "half"), { recursive: true });
  expect(run(layingTree(tree())).status).toBe(0);
  expect(readdirSync(folder)).toEqual(["tree"]);
});

test("a tree is not laid through a link, nor over what is no folder", () => {
  const elsewhere = mkdtempSync(join(folder, "else-"));
  symlinkSync(elsewhere, join(folder, "tree"));
  expect(run(layingTree(tree()))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is a link; provisioning does not replace it"),
  });
  rmSync(join(folder, "tree"));
  writeFileSync(join(folder, "tree"), "mine\n");
  expect(run(layingTree(tree()))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is no folder; provisioning does not replace it"),
  });
  expect([readdirSync(elsewhere), readFileSync(join(folder, "tree"), "utf8")]).toEqual([[], "mine\n"]);
});

test("a folder gets its mode back, and what is no folder is refused in words", () => {
  const path = join(folder, "d with blank");
  const script = renderHostScript({
    title: "one folder",
    holds: ["false"],
    steps: [directoryStep(path, { ...owned, mode: "0750" }), "exit 0"],
  });
  mkdirSync(path);
  chmodSync(path, 0o777);
  expect(run(script).status).toBe(0);
  expect((statSync(path).mode & 0o777).toString(8)).toBe("750");
  rmSync(path, { recursive: true });
  symlinkSync("/", path);
  expect(run(script)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is a link; provisioning does not replace it"),
  });
});

test("text in a here-document arrives byte for byte, also when it holds the end word and what a shell would expand", () => {
  const text = "END\nEND_\n$(touch no) `touch no` \\ ' \"\n";
  expect(run(`cat ${hereDocument(text)}`).stdout).toBe(text.trimEnd());
  expect(existsSync("no")).toBe(false);
});

function toldOf(declared: object, found: object): string {
  const path = join(folder, "c.json");
  writeFileSync(path, JSON.stringify(found));
  const words = ["-e", CONFIG_LEAVES_PROGRAM, "--", path, JSON.stringify(declaredLeaves(declared))];
  return execFileSync(process.execPath, words).toString();
}

test("the host tells of the configuration which keys stand, and no text or digest of another one", () => {
  const found = { a: { b: "pasted-secret", list: ["x"], "new key": "pasted-secret" }, c: "pasted-secret", d: 12 };
  const out = toldOf({ a: { b: "one", list: ["x"] }, c: 1, d: "one" }, found);
  expect(JSON.parse(out)).toEqual({
    json: true,
    keys: [
      ["a.b", false],
      ["a.list", true],
      ['a."new key"', null],
      ["c", false],
      ["d", false],
    ],
  });
  expect(out).not.toMatch(/pasted|12|[0-9a-f]{64}/);
});

test("where 61 units are allowed instead of 3, drift said `another value`: a number in place of a number is told", () => {
  const declared = { caps: { units: 3, backup_gb: 0.5 }, strict: true, same: 7 };
  expect(JSON.parse(toldOf(declared, { caps: { units: 61, backup_gb: 2 }, strict: false, same: 7 }))).toEqual({
    json: true,
    keys: [
      ["caps.units", false, "61"],
      ["caps.backup_gb", false, "2"],
      ["strict", false, "false"],
      ["same", true],
    ],
  });
});
