import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installLine, missingPrograms, programPath, PROGRAMS } from "../../scripts/programs.mjs";

test("a program is found on PATH only when it may be executed", () => {
  const folder = mkdtempSync(join(tmpdir(), "path-"));
  try {
    const file = join(folder, "cutter-test-program");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o644);
    expect(programPath("cutter-test-program", folder)).toBeUndefined();
    chmodSync(file, 0o755);
    expect(programPath("cutter-test-program", `:relative:${folder}`)).toBe(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("one line installs every missing program and names each package once", () => {
  const line = installLine(PROGRAMS);
  expect(line).toContain("apt-get install");
  expect(line.match(/postgresql-15/g)).toHaveLength(1);
  for (const name of ["gnupg", "gpgv"]) expect(line).toContain(name);
});

test("what is missing is a part of what is needed, with its purpose", () => {
  for (const program of missingPrograms()) expect(PROGRAMS).toContainEqual(program);
  expect(PROGRAMS.filter(({ why }) => why.length < 10)).toEqual([]);
});
