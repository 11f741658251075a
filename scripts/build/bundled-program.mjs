// Bundles a program of the tests (a bench, a soak) as the shipped programs are bundled, and runs it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const EXIT_USAGE = 64;

/** Runs test/<kind>/<name>.ts with `args` and answers its exit status; a name that is not of `known` gets a line of usage. */
export async function runBundled(kind, known, [name, ...args]) {
  if (!known.includes(name)) {
    process.stderr.write(`usage: npm run ${kind} -- <${known.join("|")}>\n`);
    return EXIT_USAGE;
  }
  // Two folders below the root, as the sources are, so that paths relative to a file lead to the same places.
  const outfile = join(PROJECT, "dist", kind, `${name}.mjs`);
  await build({
    absWorkingDir: PROJECT,
    entryPoints: [`test/${kind}/${name}.ts`],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  return spawnSync(process.execPath, ["--expose-gc", outfile, ...args], { cwd: PROJECT, stdio: "inherit" }).status ?? 1;
}
