import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { completionScript, SHELLS } from "../../../../scripts/command-line/completion.ts";
import { VERBS } from "../../../../scripts/command-line/verb-table.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  for (const shell of SHELLS) writeFileSync(join(folder, `completion.${shell}`), completionScript(shell));
  writeFileSync(join(folder, "Pulumi.contabo.yaml"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash itself offers behind these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const program = `
    source ./completion.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _cutter
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const told = execFileSync("bash", ["--norc", "-c", program, "bash", "cutter", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return told.split("\n").filter((line) => line !== "");
}

test("bash completes verbs, sub-verbs, options, stacks and stop codes", () => {
  expect(offered("ru")).toEqual(["runs"]);
  expect(offered("")).toEqual(expect.arrayContaining(VERBS.map(({ name }) => name)));
  expect(offered("sandbox", "st")).toEqual(["status"]);
  expect(offered("runs", "--j")).toEqual(["--json"]);
  expect(offered("--json", "approve", "--pro")).toEqual(["--profile"]);
  expect(offered("runs", "--stack", "co")).toEqual(["contabo"]);
  expect(offered("docs", "STOP_DR")).toEqual(["STOP_DRIFT"]);
  expect(offered("completion", "z")).toEqual(["zsh"]);
  expect(offered("nothing-like-it", "")).toEqual([]);
});

test("bash offers the completion by the name of the command", () => {
  const told = execFileSync("bash", ["--norc", "-c", "source ./completion.bash; complete -p cutter"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(told.trim()).toBe("complete -o default -F _cutter cutter");
});

test.each(["zsh", "fish"] as const)(
  "the script for %s names every verb, and the shell reads it where it is installed",
  (shell) => {
    const text = completionScript(shell);
    for (const { name } of VERBS) expect(text).toContain(name);
    const read = spawnSync(shell, ["-n", join(folder, `completion.${shell}`)], { encoding: "utf8" });
    const absent = read.error !== undefined && "code" in read.error && read.error.code === "ENOENT";
    expect(absent || read.status === 0, read.stderr).toBe(true);
  },
);
