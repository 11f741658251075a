// `npm run bench -- <name> [arguments]`: bundles test/bench/<name>.ts as it is built for shipping, runs it, prints ratios. Judges nothing.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const EXIT_USAGE = 64;
const known = readdirSync(join(PROJECT, "test", "bench"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3))
  .sort();
const [name, ...args] = process.argv.slice(2);
if (!known.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <${known.join("|")}>\n`);
  process.exit(EXIT_USAGE);
}

// Two folders below the root, as the sources are, so that paths relative to a file lead to the same places.
const outfile = join(PROJECT, "dist", "bench", `${name}.mjs`);
await build({
  absWorkingDir: PROJECT,
  entryPoints: [`test/bench/${name}.ts`],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "esm",
  logLevel: "warning",
});
process.exit(
  spawnSync(process.execPath, ["--expose-gc", outfile, ...args], { cwd: PROJECT, stdio: "inherit" }).status ?? 1,
);
