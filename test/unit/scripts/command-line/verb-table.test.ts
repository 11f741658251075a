import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { VERBS, wishTable } from "../../../../scripts/command-line/verb-table.ts";

const textOf = (path: string): string => readFileSync(join(projectRoot(), path), "utf8");
const scripts = Object.keys((JSON.parse(textOf("package.json")) as { scripts: Record<string, string> }).scripts);

/** Scripts of npm for whoever works on the cutter, the front itself, and an old word that only points to the new one. */
const NO_VERBS = [
  ...["build", "format", "imports", "lint", "test:all", "test:unit", "typecheck"],
  ...["cutter", "first-run"],
];

test("every script of package.json has its row in the table of verbs, and every program its script", () => {
  const programs = VERBS.filter(({ at }) => at === undefined).map(({ name }) => name);
  const wanted = scripts.filter((name) => !NO_VERBS.includes(name));
  expect(
    wanted.filter((name) => !programs.includes(name)).map((name) => `${name}: add a row to command-line/verb-table.ts`),
  ).toEqual([]);
  expect(
    programs.filter((name) => !scripts.includes(name)).map((name) => `${name}: add a script to package.json`),
  ).toEqual([]);
});

test("no verb stands twice, and each says in one short line what it does", () => {
  const names = VERBS.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(VERBS.filter(({ does }) => does.length > 60 || does.length < 10 || /\.$/.test(does))).toEqual([]);
});

test("README shows the table of what people want, and the reference has a chapter for every verb", () => {
  expect(textOf("README.md")).toContain(wishTable());
  const reference = textOf("docs/commands.md");
  expect(reference).toContain(wishTable());
  expect(VERBS.map(({ name }) => name).filter((name) => !reference.includes(`\n### ${name}\n`))).toEqual([]);
});

test("README has at most 120 lines, and every file it links to is there", () => {
  const readme = textOf("README.md");
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? "");
  expect(links.length).toBeGreaterThan(5);
  expect(() => links.map(textOf)).not.toThrow();
});

/** Pages of help by the words of their command; one with verbs of its own is no command itself. */
const helpPages = (): Map<string, string> =>
  new Map(
    [...textOf("docs/commands.md").matchAll(/```\n(Usage: cutter [\s\S]*?)```/g)]
      .map(([, page = ""]) => [/^Usage: cutter ([a-z-]+(?: [a-z-]+)*)/.exec(page)?.[1] ?? "", page] as const)
      .filter(([, page]) => !/\[command\]/.test(page)),
  );

/** What hands its words and its output to another program. */
const OTHER_PROGRAMS = ["sandbox psql", "sandbox ssh"];

test("every verb answers a program: its help names --json", () => {
  const pages = [...helpPages()];
  expect(pages.length).toBeGreaterThan(VERBS.filter(({ at, program }) => at ?? program).length);
  expect(
    pages
      .filter(([words, page]) => !OTHER_PROGRAMS.includes(words) && !page.includes("--json"))
      .map(([words]) => words),
  ).toEqual([]);
});
