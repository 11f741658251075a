import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyProject } from "../../../support/project-copy.ts";

const GOOD = 'import { expect, test } from "vitest"; test("one and one are two", () => expect(1 + 1).toBe(2));';
const BAD =
  'import { expect, test } from "vitest"; test("one and one are three", () => expect(1 + 1).toBe(3)); test("it is one again", () => expect(1).toBe(1));';
const BROKEN = 'import { nothing } from "../../nowhere.ts"; nothing();';
const REJECTS =
  'import { test } from "vitest"; test("nobody waits for it", async () => { void Promise.reject(new Error("unseen")); await new Promise((done) => setTimeout(done, 50)); });';

let project: string;
beforeEach(() => {
  project = copyProject(join(realpathSync(mkdtempSync(join(tmpdir(), "final-line-"))), "clone"), [
    "package.json",
    "package-lock.json",
    "scripts",
  ]);
  mkdirSync(join(project, "test"));
  writeFileSync(
    join(project, "vitest.config.ts"),
    `export default { test: { projects: [
    { test: { name: "process", include: ["test/*.test.ts"], exclude: ["test/*.long.test.ts"] } }, { test: { name: "long", include: ["test/*.long.test.ts"] } },
  ] } };`,
  );
});
afterEach(() => rmSync(join(project, ".."), { recursive: true, force: true }));

/** Status and last line of `npm test`'s second half over the given test files. */
async function lastLine(...files: readonly string[]): Promise<[number | undefined, string | undefined]> {
  files.forEach((text, index) => writeFileSync(join(project, "test", `file-${index}.test.ts`), text));
  return lastLineOf();
}

async function lastLineOf(...words: readonly string[]): Promise<[number | undefined, string | undefined]> {
  const done = await execa(process.execPath, [join(project, "scripts", "build", "test.mjs"), ...words], {
    cwd: "/",
    reject: false,
    env: { VITEST: undefined, NODE_ENV: undefined },
  });
  return [done.exitCode, done.stdout.split("\n").at(-1)];
}

test("the last line counts passed and failed tests, and the status says whether any failed", async () => {
  expect(await lastLine(GOOD)).toEqual([0, "1 passed, 0 failed"]);
  expect(await lastLine(GOOD, BAD)).toEqual([1, "2 passed, 1 failed"]);
});

test("the long tests run with all of them only", async () => {
  writeFileSync(join(project, "test", "table.long.test.ts"), GOOD);
  expect(await lastLine(GOOD)).toEqual([0, "1 passed, 0 failed"]);
  expect(await lastLineOf("--all")).toEqual([0, "2 passed, 0 failed"]);
});

test("a test file that cannot be loaded counts as a failure", async () => {
  expect(await lastLine(GOOD, BROKEN)).toEqual([1, "1 passed, 1 failed"]);
});

test("an error outside every test counts as a failure", async () => {
  expect(await lastLine(GOOD, REJECTS)).toEqual([1, "2 passed, 1 failed"]);
});

test("a run without any test is a failure", async () => {
  expect((await lastLine())[0]).toBe(1);
});
