import { basename } from "node:path";
import { expect, test } from "vitest";
import { PHASES } from "../../runner/model/run.ts";
import { sourceFiles } from "./source-files.ts";

const code = sourceFiles(["runner", "scripts", "infra", "test"], [".ts", ".mjs", ".cjs"]);
const everything = [...code, ...sourceFiles(["sql", "docs"], [".sql", ".json", ".md"])];

test("no file is named for being handy", () => {
  const vague = /(?:^|[-_.])(?:utils?|helpers?|misc|common|lib|shared|manager|processor|stuff)(?:[-_.]|$)/i;
  const named = everything.filter(
    (file) =>
      vague.test(basename(file.path).replace(/\.[a-z]+$/, "")) || /\/(?:utils?|helpers?|lib|common)\//.test(file.path),
  );
  expect(named.map((file) => `${file.path}: name it after what it decides or does`)).toEqual([]);
});

test("file names are lower-case words with dashes", () => {
  expect(
    code
      .map((file) => basename(file.path))
      .filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|contract|long|d))*\.(?:ts|mts|mjs|cjs)$/.test(name)),
  ).toEqual([]);
});

test("no file name stands three times, so that a name says which part is meant", () => {
  const places = new Map<string, string[]>();
  for (const { path } of sourceFiles(["runner", "scripts", "infra"], [".ts", ".mjs"]))
    places.set(basename(path), [...(places.get(basename(path)) ?? []), path]);
  expect([...places.values()].filter((paths) => paths.length > 2)).toEqual([]);
});

test("the schema of a digest is declared once", () => {
  const declared = code.filter((file) => file.text.includes("regex(SHA" + "256)")).map((file) => file.path);
  expect(declared).toEqual(["runner/model/sha-schema.ts"]);
});

test("the phase files stand in the order in which a run goes through them", () => {
  const files = sourceFiles(["runner/phases"], [".ts"])
    .map((file) => basename(file.path, ".ts"))
    .filter((name) => /^\d/.test(name));
  const wanted = PHASES.map((phase, index) => `${String(index + 1).padStart(2, "0")}-${phase.replaceAll("_", "-")}`);
  expect(files).toEqual(wanted);
});

test("nothing in the repository names a machine's own folder", () => {
  const own = /(?<![\w.~-])\/(?:work|root)\/|\/home\/[a-z]+\//;
  const found = everything.flatMap((file) =>
    file.lines.flatMap((line, index) =>
      own.test(line) && !file.path.endsWith("names.test.ts") ? [`${file.path}:${index + 1}`] : [],
    ),
  );
  expect(found).toEqual([]);
});

test("every test title is one sentence about what a person would see", () => {
  const title = /\b(?:test|it)(?:\.each\([^)]*\)|\.runIf\([^)]*\))?\(\s*(["'`])(.*?)\1\s*,/g;
  const bad = code
    .filter((file) => file.path.endsWith(".test.ts") || file.path.endsWith(".contract.ts"))
    .flatMap((file) =>
      [...file.text.matchAll(title)]
        .map((match) => match[2] ?? "")
        .filter(
          (text) =>
            (text.split(/\s+/).length < 4 && !/[%$]/.test(text)) ||
            /[.!]$/.test(text) ||
            /^should\b|^works?\b|^test\b/i.test(text),
        )
        .map((text) => `${file.path}: "${text}"`),
    );
  expect(bad).toEqual([]);
});

test("no test is focused, skipped or left for later", () => {
  const idle = /\b(?:test|it|describe)\.(?:only|skip|todo|fails)\b/;
  const found = code
    .filter((file) => file.path.startsWith("test/") && !file.path.endsWith("names.test.ts"))
    .flatMap((file) => file.lines.flatMap((line, index) => (idle.test(line) ? [`${file.path}:${index + 1}`] : [])));
  expect(found).toEqual([]);
});

test("the root of the runner holds at most twelve files, and the root of scripts none but its README", () => {
  const inRoot = (folder: string): string[] =>
    sourceFiles([folder], [".ts", ".mjs", ".cjs", ".js"])
      .map((file) => file.path)
      .filter((path) => path.split("/").length === 2);
  expect(inRoot("runner").length).toBeLessThanOrEqual(12);
  expect(inRoot("scripts")).toEqual([]);
});
