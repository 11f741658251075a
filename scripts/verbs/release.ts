// `npm run release`: a runner that may go to a real host. Refused unless the tests are green; their counts are kept beside it.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { shell } from "../frame/shell.ts";
import { canonicalText, sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { jsonLine, printJson } from "../../runner/terminal/print-json.ts";
import { readRelease } from "../../infra/sources.ts";
import { BILL_FILE, billOfMaterials } from "../release/bill-of-materials.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { projectRoot } from "../../infra/place.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";

const countsSchema = z.looseObject({
  success: z.boolean(),
  numTotalTests: z.int(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTotalTestSuites: z.int(),
});

/**
 * Runs every test and answers the counts; what a machine cannot run (a test for root) is counted as such.
 * STOP_PRECHECK_FAILED when one failed or none ran.
 */
async function testCounts(project: string, report: string, stdout: "inherit" | 2): Promise<Record<string, string>> {
  rmSync(report, { force: true });
  const vitest = join(project, "node_modules", "vitest", "vitest.mjs");
  const run = shell({ cwd: project, env: process.env, stdio: ["ignore", stdout, "inherit"] });
  const done =
    await run`${process.execPath} ${vitest} run --reporter=default --reporter=json --outputFile.json=${report}`;
  const parsed = existsSync(report) ? countsSchema.safeParse(JSON.parse(readFileSync(report, "utf8"))) : undefined;
  const counts = parsed?.success === true ? parsed.data : undefined;
  if (
    done.exitCode !== 0 ||
    counts === undefined ||
    !counts.success ||
    counts.numFailedTests > 0 ||
    counts.numPassedTests === 0
  ) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw:
        counts === undefined
          ? "the tests did not come to their end"
          : `${counts.numFailedTests} tests failed, ${counts.numPassedTests} passed`,
      wanted: "every test green",
      hint: "nothing was released",
    });
  }
  return {
    suites: String(counts.numTotalTestSuites),
    tests: String(counts.numTotalTests),
    passed: String(counts.numPassedTests),
    not_run: String(counts.numPendingTests),
  };
}

programNamed("release", "a tested release of the runner in .state/release")
  .option("--sbom", "print what a release is made of (CycloneDX), and release nothing", false)
  .option("--json", "one object on standard output; what the tests print goes to standard error", false)
  .action(({ sbom, json }: { sbom: boolean; json: boolean }) =>
    runProgram(async () => {
      const project = projectRoot();
      const bill = await billOfMaterials(project);
      if (sbom) {
        process.stdout.write(json ? jsonLine(JSON.parse(bill)) : bill);
        return 0;
      }
      const built = join(project, "dist", "runner");
      const before = readRelease(built).digest;
      const tests = await testCounts(project, join(project, ".state", "release-tests.json"), json ? 2 : "inherit");
      const target = join(project, ".state", "release");
      const fresh = `${target}.new`;
      rmSync(fresh, { recursive: true, force: true });
      mkdirSync(join(project, ".state"), { recursive: true });
      cpSync(built, fresh, { recursive: true });
      if (readRelease(fresh).digest !== before)
        throw new Stopped("STOP_DRIFT", {
          saw: "the build changed while it was tested",
          wanted: "the bytes that were tested",
          next: "npm run release",
        });
      addFiles(fresh, {
        "tests.json": canonicalText({ tested_release: before, tests }),
        [BILL_FILE]: bill,
      });
      rmSync(target, { recursive: true, force: true });
      renameSync(fresh, target);
      const { digest } = readRelease(target);
      if (json) printJson({ release: digest, folder: target, tests });
      else
        process.stdout.write(
          `release ${digest} in ${target}\n${tests["passed"] ?? "?"} tests ` +
            "passed; point cutter:release.source at it, then npm run up\n",
        );
      return 0;
    }),
  )
  .parse();

// Files of the release like any other, so the release digest covers them.
function addFiles(folder: string, texts: Readonly<Record<string, string>>): void {
  const manifest = join(folder, "manifest.json");
  for (const [name, text] of Object.entries(texts)) writeWhenChanged(join(folder, name), text, 0o644);
  const files = {
    ...(JSON.parse(readFileSync(manifest, "utf8")) as Record<string, string>),
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)])),
  };
  writeWhenChanged(
    manifest,
    JSON.stringify(Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))),
    0o644,
  );
}
