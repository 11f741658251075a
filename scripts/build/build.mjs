// Bundles runner, scripts, the Pulumi program and the stand-in plugin into dist/. The same sources give the same bytes in every folder, so
// that an approver can build them and compare.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { BANNER, ONE_FILE } from "./bundle-options.mjs";
import { buildInfra } from "./infra-bundle.mjs";

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runner needs these parts of sql/ on the host; the substrate stays at home, because a real host has its own tables. */
const RUNNER_SQL = (path) => path !== "substrate";

// Native parts of ssh2 are optional, and ignore-scripts leaves them unbuilt.
const NATIVE_PARTS = ["*.node", "cpu-features"];

const programs = {
  ...ONE_FILE,
  format: "esm",
  splitting: true,
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunk-[hash]",
  banner: { js: BANNER },
  // Asked for by the scheduler's library only where telemetry is switched on; we hand it a log of our own and switch nothing on.
  external: ["pg-native", "fsevents", "winston", "winston-transport", "@opentelemetry/*"],
};

/**
 * Builds `project` into `project/dist`; returns release_digest, sha256 of dist/runner/manifest.json. The old dist stays
 * until the new one is whole.
 */
export async function build(project = PROJECT) {
  const esbuild = await import("esbuild");
  const fresh = join(project, ".state", `build-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  try {
    await buildRunner(esbuild, project, fresh);
    await buildScripts(esbuild, project, fresh);
    await buildPlugin(project, join(fresh, "plugin"));
    await buildInfra(project, join(fresh, "infra"));
    const releaseDigest = writeManifest(join(fresh, "runner"));
    writeFileSync(join(fresh, "built-from"), sourceDigest(project));
    const old = join(project, ".state", `built-before-${process.pid}`);
    if (existsSync(join(project, "dist"))) renameSync(join(project, "dist"), old);
    renameSync(fresh, join(project, "dist"));
    rmSync(old, { recursive: true, force: true });
    return releaseDigest;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function buildRunner(esbuild, project, fresh) {
  const runner = join(fresh, "runner");
  mkdirSync(runner, { recursive: true });
  await esbuild.build({
    ...programs,
    absWorkingDir: project,
    entryPoints: { cutter: "runner/cli.ts" },
    outdir: relative(project, runner),
  });
  // One file by itself: provisioning sends its text to a host that has no release yet.
  await esbuild.build({
    ...ONE_FILE,
    format: "cjs",
    absWorkingDir: project,
    entryPoints: ["runner/commands/env-file-program.ts"],
    outfile: join(runner, "env-file.cjs"),
  });
  for (const part of readdirSync(join(project, "sql")).sort().filter(RUNNER_SQL)) {
    cpSync(join(project, "sql", part), join(runner, "sql", part), { recursive: true });
  }
}

async function buildScripts(esbuild, project, fresh) {
  const entries = readdirSync(join(project, "scripts", "verbs")).sort();
  await esbuild.build({
    ...programs,
    absWorkingDir: project,
    entryPoints: entries.map((name) => `scripts/verbs/${name}`),
    outdir: relative(project, join(fresh, "scripts")),
    external: [...programs.external, ...NATIVE_PARTS],
  });
}

/**
 * Bundles the stand-in plugin into `folder`/pulumi-resource-command.cjs. One file that needs no node_modules, because it is
 * laid into a cache outside the checkout; CommonJS, because the SDK inside is.
 */
export async function buildPlugin(project, folder) {
  const esbuild = await import("esbuild");
  await esbuild.build({
    ...ONE_FILE,
    format: "cjs",
    external: NATIVE_PARTS,
    absWorkingDir: project,
    entryPoints: ["scripts/toolchain/stand-in/main.ts"],
    outfile: join(folder, "pulumi-resource-command.cjs"),
  });
}

// The manifest lists every file but itself; its own bytes are what release_digest hashes.
function writeManifest(runner) {
  const files = Object.fromEntries(filesUnder(runner).map((file) => [file, sha256(readFileSync(join(runner, file)))]));
  const bytes = JSON.stringify(files);
  writeFileSync(join(runner, "manifest.json"), bytes);
  return sha256(bytes);
}

/** sha256 over everything dist/ is made from; equal means nothing has to be built. */
export function sourceDigest(project = PROJECT) {
  const hash = createHash("sha256");
  for (const part of ["runner", "scripts", "infra", "sql", "Pulumi.yaml", "package-lock.json"]) {
    const path = join(project, part);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory() ? filesUnder(path) : [""];
    for (const file of files) hash.update(`${part}/${file}\0${sha256(readFileSync(join(path, file)))}\n`);
  }
  return hash.digest("hex");
}

/** The digest dist/ was built from, or undefined when there is no whole build. */
export function builtFrom(project = PROJECT) {
  const stamp = join(project, "dist", "built-from");
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}

// Relative paths with "/" in code-unit order, which is also the order RFC 8785 gives the manifest's keys.
function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
}

function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}
