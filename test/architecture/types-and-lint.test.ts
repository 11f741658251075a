// Types, lint and form of every source. The compiler's program is made once: the lint asks the same types, and asking them a second time
// costs as much processor as the first.
import { join } from "node:path";
import { ESLint } from "eslint";
import { execa } from "execa";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import { PROJECT } from "./source-files.ts";

/** The project as `tsc --noEmit` reads it. */
function compiled(): ts.Program {
  const file = join(PROJECT, "tsconfig.json");
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { errors, fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT, {}, file);
  // Both belong to `npm run typecheck`, which keeps what it found.
  delete options.incremental;
  delete options.tsBuildInfoFile;
  return ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
}

let program: ts.Program;
beforeAll(() => {
  program = compiled();
});

test("the compiler, as strict as it goes, finds nothing", () => {
  const found = ts.getPreEmitDiagnostics(program);
  const place = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => PROJECT,
    getNewLine: () => "\n",
  };
  expect(program.getRootFileNames().length).toBeGreaterThan(500);
  expect(ts.formatDiagnostics(found, place)).toBe("");
});

test("the lint finds nothing", async () => {
  const types = {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: false, programs: [program] } },
  };
  const eslint = new ESLint({ cwd: PROJECT, overrideConfig: types });
  const results = await eslint.lintFiles(["."]);
  expect(results.length).toBeGreaterThan(500);
  expect(await (await eslint.loadFormatter("stylish")).format(results)).toBe("");
});

test("every source is formatted: npm run format", async () => {
  const done = await execa(
    join(PROJECT, "node_modules", ".bin", "prettier"),
    [
      "--list-different",
      // What was found formatted is asked again only when its bytes, the rules or Prettier are others.
      ...["--cache", "--cache-strategy", "content", "--cache-location", join(PROJECT, ".state", "formatted.json")],
      "**/*.{ts,mts,mjs,cjs,js}",
    ],
    { cwd: PROJECT, reject: false, all: true },
  );
  expect({ status: done.exitCode, output: done.all }).toEqual({ status: 0, output: "" });
});
