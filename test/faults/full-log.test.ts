// A log or an answer that cannot be written: what a process does goes on without its log, and nobody sees a stack trace.
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";

// Every write to it answers ENOSPC.
const full = openSync("/dev/full", "w");
afterAll(() => closeSync(full));

const cutter = (words: readonly string[], stdout: "pipe" | number, stderr: "pipe" | number) => {
  const program = join(projectRoot(), "dist", "runner", "cutter.mjs");
  const seen = spawnSync(process.execPath, [program, ...words], {
    stdio: ["ignore", stdout, stderr],
    encoding: "utf8",
  });
  return [seen.status, seen.stderr] as const;
};

test("a process whose log lies on a full disk goes on and ends with the same status", () => {
  const words = ["orchestrate", "no-such-verb"];
  // Not 1, which a process has that ended with an error of its own.
  expect(cutter(words, "pipe", "pipe")).toEqual([64, expect.stringContaining("no-such-verb")]);
  expect(cutter(words, "pipe", full)[0]).toBe(64);
});

test("an answer that goes to a file on a full disk ends with 1 and one line, not with a stack trace", () => {
  expect(cutter(["--help"], full, "pipe")).toEqual([1, "what is answered cannot be written: ENOSPC\n"]);
});
