// Every bench runs once with its smallest numbers, so that none stops working unseen. What it prints is not judged.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { programPath } from "../../scripts/build/programs.mjs";

const names = readdirSync(join(projectRoot(), "test", "bench")).map((file) => file.replace(/\.ts$/, ""));
// The peer of this one is a program of its own package; the bench says how to install it.
const canRun = (name: string): boolean => name !== "drift" || programPath("ansible-playbook") !== undefined;

/** Units, but for the bench that cuts so many whole documents. */
const smallest = (name: string): string => (name === "batch" ? "2" : "60");

test.each(names.filter(canRun))(
  "bench %s still runs to its last line and prints what it measured",
  async (name) => {
    const bench = join(projectRoot(), "scripts", "build", "bench.mjs");
    const done = await execa(process.execPath, [bench, name, "--rounds", "1", "--sizes", smallest(name)], {
      reject: false,
    });
    expect([done.exitCode, done.stderr]).toEqual([0, expect.any(String)]);
    expect(done.stdout).toMatch(/\d (?:s|ms)\b/);
  },
  1_800_000,
);
