import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import * as z from "zod";
import { PROJECT } from "./source-files.ts";

const summary = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});
const ruleSet = z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) });
const rules = ruleSet.parse(createRequire(import.meta.url)(join(PROJECT, ".dependency-cruiser.cjs"))).forbidden;

// The program rather than its library: the library resolves paths against the working directory of the test process.
async function violations(folder: string, tops: readonly string[]): Promise<string[]> {
  const program = join(PROJECT, "node_modules", ".bin", "depcruise");
  const done = await execa(
    program,
    ["--config", join(folder, ".dependency-cruiser.cjs"), "--output-type", "json", ...tops],
    { cwd: folder, reject: false },
  );
  expect(done.stderr).toBe("");
  const found = summary.parse(JSON.parse(done.stdout)).summary;
  expect(found.totalCruised).toBeGreaterThan(0);
  return found.violations.map(
    ({ from, to, rule }) =>
      `${rule.name}: ${from} -> ${to}: ${rules.find(({ name }) => name === rule.name)?.comment ?? ""}`,
  );
}

test("every import goes down the layers", async () => {
  expect(await violations(PROJECT, ["runner", "scripts", "infra", "test"])).toEqual([]);
});

test("every import rule says how to mend what it finds", () => {
  expect(rules.filter(({ comment }) => comment.length < 40).map(({ name }) => name)).toEqual([]);
});

const BAD: readonly [rule: string, file: string, text: string][] = [
  ["model-is-the-bottom", "runner/model/a.ts", 'import { x } from "../rules/pure.ts"; export const a = x;'],
  ["rules-are-pure", "runner/rules/a.ts", 'import { readFileSync } from "node:fs"; export const a = readFileSync;'],
  ["grammar-is-pure", "runner/grammar/a.ts", 'import pg from "pg"; export const a = pg;'],
  [
    "phases-know-ports-only",
    "runner/phases/01-a.ts",
    'import { x } from "../adapters/outside.ts"; export const a = x;',
  ],
  ["phases-know-ports-only", "runner/phases/02-a.ts", 'import { x } from "./03-b.ts"; export const a = x;'],
  ["engine-knows-no-phase", "runner/engine.ts", 'import { x } from "./phases/03-b.ts"; export const a = x;'],
  [
    "only-commands-and-wire-know-adapters",
    "runner/aftermath/a.ts",
    'import { x } from "../adapters/outside.ts"; export const a = x;',
  ],
  [
    "only-adapters-touch-outside",
    "runner/gates.ts",
    'import { spawn } from "node:child_process"; export const a = spawn;',
  ],
  ["adapters-do-not-decide", "runner/adapters/a.ts", 'import { x } from "../phases/03-b.ts"; export const a = x;'],
  [
    "scripts-share-pure-code-only",
    "scripts/a.ts",
    'import { x } from "../runner/adapters/outside.ts"; export const a = x;',
  ],
  ["renderers-are-pure", "infra/render/a.ts", 'import { readFileSync } from "node:fs"; export const a = readFileSync;'],
  ["drift-is-pure", "infra/drift.ts", 'import { hostname } from "node:os"; export const a = hostname;'],
  [
    "only-the-program-knows-the-engine",
    "infra/host-spec.ts",
    'import * as pulumi from "@pulumi/pulumi"; export const a = pulumi;',
  ],
  [
    "terminal-is-pure-text",
    "runner/terminal/a.ts",
    'import { readFileSync } from "node:fs"; export const a = readFileSync;',
  ],
  [
    "looks-read-through-the-world",
    "runner/looks/a.ts",
    'import { x } from "../adapters/outside.ts"; export const a = x;',
  ],
  [
    "signatures-are-judged-alone",
    "runner/signatures/a.ts",
    'import { execFile } from "node:child_process"; export const a = execFile;',
  ],
  ["infra-knows-no-scripts", "infra/probe.ts", 'import { x } from "../scripts/frame/p.ts"; export const a = x;'],
  ["zx-in-one-place", "scripts/operator/z.ts", 'import { $ } from "zx/core"; export const a = $;'],
  ["verbs-do-not-import-each-other", "scripts/verbs/a.ts", 'import { x } from "./b.ts"; export const a = x;'],
  ["nobody-imports-a-verb", "scripts/operator/a.ts", 'import { x } from "../verbs/b.ts"; export const a = x;'],
  ["nothing-imports-test", "scripts/b.ts", 'import { x } from "../test/support/t.ts"; export const a = x;'],
  ["no-unresolved", "runner/rules/b.ts", 'import { x } from "./nowhere.ts"; export const a = x;'],
];
const GOOD = [
  "scripts/frame/p.ts",
  "scripts/verbs/b.ts",
  "runner/rules/pure.ts",
  "runner/adapters/outside.ts",
  "runner/phases/03-b.ts",
  "test/support/t.ts",
];

test("an import against the layers is found by the rule written for it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "layers-"));
  try {
    for (const [path, text] of [
      ...GOOD.map((path) => [path, "export const x = 1;"] as const),
      ...BAD.map(([, path, text]) => [path, text] as const),
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const name of [".dependency-cruiser.cjs", "tsconfig.json", "package.json", "node_modules"])
      symlinkSync(join(PROJECT, name), join(folder, name));
    const found = await violations(folder, ["runner", "scripts", "infra", "test"]);
    for (const [rule, file] of BAD)
      expect(
        found.filter((line) => line.startsWith(`${rule}: ${file} `)),
        `${rule} in ${file}`,
      ).not.toEqual([]);
    expect(found.filter((line) => GOOD.some((path) => line.includes(`: ${path} `)))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
