import { expect, test } from "vitest";
import { PARAMS } from "../../runner/model/params.ts";
import { ROWS } from "../../runner/model/rows.ts";
import { sourceFiles } from "./source-files.ts";

const files = sourceFiles(["sql/read", "sql/write", "sql/verify", "sql/revert"], [".sql"]).map(({ path, text }) => ({
  name: path.slice("sql/".length, -".sql".length),
  text,
}));
const statements = files.map(({ name }) => name);
const callers = sourceFiles(["runner"], [".ts"]).filter(
  ({ path }) => !["runner/model/rows.ts", "runner/model/params.ts"].includes(path),
);

/** Parameters as the header lists them, one a `$n name type`; further lines of the list begin with three spaces. */
function headerOf(text: string): string[] {
  const list = /^-- params: (.*(?:\n-- {3}.*)*)/m.exec(text)?.[1] ?? "no header";
  return list === "none"
    ? []
    : list
        .replaceAll("\n--  ", "")
        .split(/,? (?=\$)/)
        .map((one) => /^(\$\d+ \w+ .+?)(?: \([^()]+\))?$/.exec(one)?.[1] ?? one);
}

/** Placeholders of the statement itself, without those that only its comments and texts name. */
const placeholdersOf = (text: string): Set<string> =>
  new Set(text.replaceAll(/--.*|'[^']*'/g, "").match(/\$\d+/g) ?? []);

test("every statement is asked for by its name somewhere in the runner", () => {
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.filter((name) => !callers.some(({ text }) => text.includes(`"${name}"`)))).toEqual([]);
});

test("every form of a row belongs to a statement that is there", () => {
  expect(Object.keys(ROWS).filter((name) => !statements.includes(name))).toEqual([]);
});

test("the parameters of every statement are those its header lists, in this order and of these types", () => {
  const inCode = Object.entries(PARAMS).map(([name, params]) => [
    name,
    Object.entries(params).map(([param, type], index) => `$${index + 1} ${param} ${type as string}`),
  ]);
  expect(Object.fromEntries(inCode)).toEqual(Object.fromEntries(files.map(({ name, text }) => [name, headerOf(text)])));
});

test("every statement uses each parameter of its header, and no other", () => {
  const listed = files.map(({ name, text }) => [name, headerOf(text).map((one) => one.split(" ")[0])]);
  const used = files.map(({ name, text }) => [
    name,
    [...placeholdersOf(text)].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
  ]);
  expect(used).toEqual(listed);
});
