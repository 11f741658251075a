import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { PROJECT } from "./source-files.ts";

async function program(
  name: string,
  ...args: readonly string[]
): Promise<{ status: number | undefined; output: string }> {
  const done = await execa(join(PROJECT, "node_modules", ".bin", name), args, {
    cwd: PROJECT,
    reject: false,
    all: true,
  });
  return { status: done.exitCode, output: done.all };
}

test("the compiler, as strict as it goes, finds nothing", async () => {
  expect(await program("tsc", "--noEmit", "--pretty", "false")).toEqual({ status: 0, output: "" });
});

test("the lint finds nothing", async () => {
  expect(await program("eslint", ".", "--max-warnings", "0")).toEqual({ status: 0, output: "" });
});

test("every source is formatted: npm run format", async () => {
  expect(await program("prettier", "--list-different", "**/*.{ts,mts,mjs,cjs,js}")).toEqual({ status: 0, output: "" });
});
