// `npm run soak -- <name> [arguments]`: bundles test/soak/<name>.ts as it is built for shipping and runs it. It fails when anything was
// lost or stands twice, and writes its numbers where they are told.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const EXIT_USAGE = 64;
const KNOWN = ["batch"];
const [name, ...args] = process.argv.slice(2);
if (!KNOWN.includes(name)) {
  process.stderr.write(`usage: npm run soak -- <${KNOWN.join("|")}>\n`);
  process.exit(EXIT_USAGE);
}

// Two folders below the root, as the sources are, so that paths relative to a file lead to the same places.
const outfile = join(PROJECT, "dist", "soak", `${name}.mjs`);
await build({
  absWorkingDir: PROJECT,
  entryPoints: [`test/soak/${name}.ts`],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "esm",
  logLevel: "warning",
});
process.exit(spawnSync(process.execPath, [outfile, ...args], { cwd: PROJECT, stdio: "inherit" }).status ?? 1);
