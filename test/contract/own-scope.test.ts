import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownScope } from "../../runner/adapters/own-scope.ts";

let folder: string;
const path = process.env["PATH"];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scope-"));
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true, force: true });
});

/** A program in the place of systemd-run; it leaves out its own words as the real one does. */
function systemdRun(body: string): void {
  const file = join(folder, "systemd-run");
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  process.env["PATH"] = `${folder}:${path ?? ""}`;
}
const real = spawnSync("systemd-run", ["--scope", "--quiet", "--", "true"], { stdio: "ignore" }).status === 0;
const EXEC = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"';

// The same contract by the real program wherever systemd runs, and by the one in its place everywhere.
test.each([...(real ? [["the real systemd-run", undefined] as const] : []), ["a program in its place", EXEC] as const])(
  "%s: the program runs in its scope under the pid that was started, with its own words",
  (_, body) => {
    if (body !== undefined) systemdRun(body);
    const [first = "", ...words] = [...ownScope(`cutter-test-${process.pid}`), "sh", "-c", "echo $$ $1", "sh", "a b"];
    expect(words).toContain(`--unit=cutter-test-${process.pid}`);
    const done = spawnSync(first, words);
    expect(done.stdout.toString()).toBe(`${done.pid} a b\n`);
  },
);

test.each([
  ["refuses", "exit 1"],
  ["hangs up", "kill -9 $$"],
])("where systemd-run %s the run starts without it", (_, body) => {
  systemdRun(body);
  expect(ownScope("cutter-x")).toEqual([]);
});

test("where there is no systemd-run the run starts without it", () => {
  process.env["PATH"] = folder;
  expect(ownScope("cutter-x")).toEqual([]);
});
