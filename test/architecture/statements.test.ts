import { expect, test } from "vitest";
import { ROWS } from "../../runner/model/rows.ts";
import { sourceFiles } from "./source-files.ts";

const statements = sourceFiles(["sql/read", "sql/write", "sql/verify", "sql/revert"], [".sql"]).map(({ path }) =>
  path.slice("sql/".length, -".sql".length),
);
const callers = sourceFiles(["runner"], [".ts"]).filter(({ path }) => path !== "runner/model/rows.ts");

test("every statement is asked for by its name somewhere in the runner", () => {
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.filter((name) => !callers.some(({ text }) => text.includes(`"${name}"`)))).toEqual([]);
});

test("every form of a row belongs to a statement that is there", () => {
  expect(Object.keys(ROWS).filter((name) => !statements.includes(name))).toEqual([]);
});
