// What is told of a PostgreSQL program that does not answer, and that none of them is started in a folder its user may not enter.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { majorVersion } from "../../../../runner/adapters/postgres-programs.ts";

const folder = mkdtempSync("/tmp/pp-");
afterAll(() => rmSync(folder, { recursive: true }));
const program = (name: string, text: string, mode = 0o755): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, mode);
  return path;
};

test("a program is asked its version in /, whatever folder the runner was started in", async () => {
  expect(process.cwd()).not.toBe("/");
  expect(await majorVersion(program("here", '[ "$(pwd)" = / ] && echo "pg_dump (PostgreSQL) 16.13"'))).toBe(16);
});

test.each([
  ["that is not there", join(folder, "absent"), "ENOENT"],
  ["that may not be executed", program("closed", "exit 0", 0o644), "EACCES"],
  [
    "that says why",
    program("says", "echo 'could not identify current directory: Permission denied' >&2; exit 1"),
    "could not identify current directory: Permission denied",
  ],
  ["that only ends", program("ends", "exit 3"), "status 3"],
  ["of something else", program("other", "echo hello"), "status 0"],
])("of a program %s the system's own reason is told", async (_what, path, reason) => {
  await expect(majorVersion(path)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: `${path} does not answer --version: ${reason}` },
  });
});
