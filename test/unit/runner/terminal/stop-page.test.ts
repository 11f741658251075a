import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { STOPS } from "../../../../runner/model/stop.ts";
import { stopPage, stopPages, stopPageText } from "../../../../runner/terminal/stop-page.ts";

test("every stop has a cause, at least one way out and an example of its own", () => {
  const pages = stopPages();
  expect(pages.map(({ code }) => code).sort()).toEqual(Object.keys(STOPS).sort());
  for (const { code, cause, ways, example } of pages) {
    expect([code, cause.length > 40, ways.length > 0, example.length > 15]).toEqual([code, true, true, true]);
  }
  for (const field of ["cause", "example"] as const)
    expect(new Set(pages.map((page) => page[field])).size).toBe(pages.length);
});

test("every command of a way out is a script of this project", () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = stopPages().flatMap(({ ways, cause }) =>
    [...[...ways, cause].join("\n").matchAll(/npm run ([a-z-]+)/g)].map((match) => match[1] ?? ""),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test("the page of a stop shows its exit status, cause, ways and example in lines that fit", () => {
  const text = stopPageText(stopPage("STOP_HALTED"));
  expect(text.startsWith("STOP_HALTED: a halt is in force\n\nexit 4; who decides: approver\n")).toBe(true);
  for (const title of ["Cause", "Ways out", "Example"]) expect(text).toContain(`\n${title}\n  `);
  const prose = text.split("Ways out")[0] ?? "";
  expect(prose.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
