// `npm test`: the projects of vitest.config.ts but `long` (types, lint and import rules are tests of `architecture`), then one plain line.
// `npm run test:all`: all of them (docs/decisions/0140-two-suites.md).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const results = join(PROJECT, ".state", `vitest-${process.pid}.json`);
mkdirSync(dirname(results), { recursive: true });

const asked = process.argv.slice(2);
const words = asked[0] === "--all" ? asked.slice(1) : ["--project=!long", ...asked];
const vitest = join(PROJECT, "node_modules", "vitest", "vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...words],
  { cwd: PROJECT, stdio: "inherit" },
);

const { passed, failed } = count();
rmSync(results, { force: true });
// Something failed outside any test (a setup, an unhandled rejection): it counts, or a broken suite would read as green.
const failures = run.status === 0 || failed > 0 ? failed : 1;
process.stdout.write(`${passed} passed, ${failures} failed\n`);
process.exit(failures === 0 && passed > 0 ? 0 : 1);

function count() {
  if (!existsSync(results)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(results, "utf8"));
  // A file that did not load has no test to fail; the file itself is the failure.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}
