import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

const CODE = [".ts", ".mjs", ".cjs"];
const shipped = sourceFiles(["runner", "scripts", "infra"], CODE);
const tests = sourceFiles(["test"], CODE);

const LINES_A_FILE = 400;
const MEDIAN_LINES = 110;

test("there are files to look at", () => {
  expect(shipped.length).toBeGreaterThan(10);
  expect(tests.length).toBeGreaterThan(3);
});

test("no file is longer than 400 lines", () => {
  const long = [...shipped, ...tests].filter((file) => file.lines.length > LINES_A_FILE);
  expect(
    long.map(
      (file) => `${file.path}: ${file.lines.length} lines; move one of its decisions into a file named after it`,
    ),
  ).toEqual([]);
});

test("no line of the shipped code is longer than 140 characters, but for listed data", () => {
  // Tables read across, shell programs, patterns of words and the text of a statement keep the lines they have.
  const tables =
    /^(?:runner\/model\/(?:stop|rows|params|payload|invariants)\.ts$|scripts\/reading\/(?:page|vietnamese)-words\.ts$|scripts\/command-line\/verb-table\.ts$|infra\/render\/)/;
  const data = /^\s*\/.*\/[a-z]*[,;)]*$|= \/|`(?:INSERT INTO|SELECT) |\(\?:/;
  const wide = shipped
    .filter((file) => !tables.test(file.path))
    .flatMap((file) =>
      file.lines.flatMap((line, index) =>
        line.length > 140 && !data.test(line) ? [`${file.path}:${index + 1}: ${line.length}`] : [],
      ),
    );
  expect(wide).toEqual([]);
});

test("the middle file of the shipped code fits on two screens", () => {
  const lengths = shipped.map((file) => file.lines.length).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES);
});

test("no file exists only to re-export others", () => {
  const isReExport = (line: string): boolean => /^export (?:type )?(?:\*|\{[^}]*\})(?: as \w+)? from /.test(line);
  const barrels = [...shipped, ...tests].filter((file) => {
    const code = file.lines.filter((line) => line.trim() !== "" && !/^\s*(?:\/\/|\/?\*)/.test(line));
    return code.length > 0 && code.every(isReExport);
  });
  expect(barrels.map((file) => `${file.path}: import from the file that decides`)).toEqual([]);
});

test("no source switches off the compiler or the lint", () => {
  const escape = /@ts-(?:ignore|nocheck|expect-error)|eslint-disable/;
  const found = [...shipped, ...tests]
    .filter((file) => !file.path.endsWith("budgets.test.ts"))
    .flatMap((file) => file.lines.flatMap((line, index) => (escape.test(line) ? [`${file.path}:${index + 1}`] : [])));
  expect(found).toEqual([]);
});

test("every file opens by saying what it is for", () => {
  const silent = shipped.filter((file) => !/^(?:\/\/|\/\*\*?|#!)/.test(file.lines[0] ?? ""));
  expect(silent.map((file) => `${file.path}: begin with a comment that says what this file decides or does`)).toEqual(
    [],
  );
});

test("every exported function, type and constant of the runner says what it is", () => {
  const exported = /^export (?:async )?(?:function|interface|type|class|abstract class) \w/;
  const found = shipped
    .filter((file) => file.path.startsWith("runner/"))
    .flatMap((file) =>
      file.lines.flatMap((line, index) => {
        if (!exported.test(line)) return [];
        const before = (file.lines[index - 1] ?? "").trim();
        const documented =
          before.endsWith("*/") || before.startsWith("//") || isInferred(line) || /^(?:@|export )/.test(before);
        return documented ? [] : [`${file.path}:${index + 1}: ${line.slice(0, 80)}`];
      }),
    );
  expect(found).toEqual([]);
});

// `export type X = z.infer<typeof xSchema>` repeats the schema above it, which carries the comment.
function isInferred(line: string): boolean {
  return /= (?:z\.infer|\(typeof|keyof typeof)/.test(line) || /= \(?typeof /.test(line);
}
