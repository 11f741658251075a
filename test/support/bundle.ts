// Makes one plain program of TypeScript sources, for tests that must kill, limit or watch a process of their own.
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles `contents`, whose imports are relative to the repository, into `outfile`. */
export async function bundleProgram(outfile: string, contents: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "../.."), loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["pg-native"],
    logLevel: "silent",
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
}
