// Records the golden runs and the table of digests anew:
//
//   node test/golden/record.mjs digests   the digests of every document in test/fixtures/documents (a second)
//   node test/golden/record.mjs runs      two real runs on a sandbox host of its own, registered to enacted (a minute)
//   node test/golden/record.mjs pictures  docs/images: pages in a real Chromium, and npm-start.txt as a terminal (half a minute)
//
// The tests beside it say that a change of the code changed no plan, manifest, payload or digest. So record only when one of
// them had to change, look through the difference, and write the reason into the body of the commit that carries it. Keys, ids
// and times of a run are new every time; a new document in test/fixtures/documents needs `digests` only.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const what = process.argv.slice(2);
if (what.length === 0 || what.some((word) => !["digests", "runs", "pictures"].includes(word))) {
  process.stderr.write("usage: node test/golden/record.mjs digests|runs|pictures …\n");
  process.exit(64);
}
// The programs of a run are the built ones.
if (what.includes("runs"))
  execFileSync("npm", ["run", "--silent", "build"], { cwd: project, stdio: ["ignore", "inherit", "inherit"] });
const program = join(project, ".state", `record-golden-${process.pid}.mjs`);
try {
  await build({
    absWorkingDir: project,
    entryPoints: ["test/golden/recorder.ts"],
    outfile: program,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  const { record } = await import(pathToFileURL(program).href);
  await record(join(project, "test", "golden"), what);
} finally {
  rmSync(program, { force: true });
}
