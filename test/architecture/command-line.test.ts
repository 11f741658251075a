// `cutter --help` and `cutter halt` must answer at once: the entry loads the words of the command line, and a verb's code when it is asked for.
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

test("the entry of the runner loads no library but the one that parses the command line", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["runner/cli.ts"],
    outdir: "never-written",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
    // Words the scheduler only loads when a person asks for them; none is installed.
    external: ["winston", "winston-transport", "@opentelemetry/*", "pg-native"],
    metafile: true,
  });
  const [entry] = Object.keys(metafile.outputs).filter(
    (name) => metafile.outputs[name]?.entryPoint === "runner/cli.ts",
  );
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of metafile.outputs[name]?.imports ?? [])
      if (kind === "import-statement" && path in metafile.outputs) load(path);
  };
  load(entry ?? "no entry");
  const libraries = new Set(
    [...loaded]
      .flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}))
      .map((path) => /^node_modules\/([^/]+)/.exec(path)?.[1])
      .filter((name) => name !== undefined),
  );
  expect([...libraries]).toEqual(["commander"]);
});
