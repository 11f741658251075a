// A release for a real host comes from green tests only. The clone here has tests of its own, so that it takes seconds.
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRelease } from "../../infra/sources.ts";
import { operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";

let here: OperatorClone;
const released = (): string => join(here.folder, ".state", "release");
const testSays = (verdict: string): void =>
  writeFileSync(
    join(here.folder, "only.test.ts"),
    `import { expect, test } from "vitest";\ntest("one", () => { expect(1).toBe(1); });\ntest("two", () => { expect(1).toBe(${verdict}); });\n`,
  );

beforeAll(async () => {
  here = await operatorClone("here");
  writeFileSync(join(here.folder, "vitest.config.ts"), 'export default { test: { include: ["only.test.ts"] } };\n');
}, 600_000);
afterAll(removeClones, 600_000);

test("red tests release nothing", async () => {
  testSays("2");
  expect(await here.script("release")).toMatchObject({
    status: 4,
    stderr: expect.stringContaining("1 tests failed, 1 passed"),
  });
  expect(existsSync(released())).toBe(false);
});

test("green tests release the very build they ran on, and their counts belong to its digest", async () => {
  testSays("1");
  const done = await here.script("release");
  const release = readRelease(released());
  expect([done.status, done.stdout]).toEqual([0, expect.stringContaining(`release ${release.digest}`)]);
  const { tested_release, tests } = JSON.parse(readFileSync(join(released(), "tests.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect([tested_release, tests]).toEqual([
    readRelease(join(here.folder, "dist", "runner")).digest,
    { suites: expect.any(String), tests: "2", passed: "2", not_run: "0" },
  ]);
  expect(Object.keys(release.files)).toContain("tests.json");
});

test("a release whose files were touched after it was made is refused before anything is dialled", () => {
  const copy = join(here.folder, "copy");
  cpSync(released(), copy, { recursive: true });
  writeFileSync(join(copy, "tests.json"), "{}");
  expect(() => readRelease(copy)).toThrow("STOP_PRECHECK_FAILED");
});

test("tests that turn red keep the earlier release as it was", async () => {
  const before = readRelease(released()).digest;
  testSays("2");
  expect((await here.script("release")).status).toBe(4);
  expect(readRelease(released()).digest).toBe(before);
});
