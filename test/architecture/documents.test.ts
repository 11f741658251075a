// The documents lead people to files: every path that one names is there, and the tree of docs/architecture.md is the tree there is.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT, sourceFiles } from "./source-files.ts";

const documents = [
  ...sourceFiles(["docs", "scripts"], [".md"]).filter(({ path }) => !path.startsWith("scripts/sandbox/")),
  ...readdirSync(PROJECT)
    .filter((name) => name.endsWith(".md"))
    .map((path) => ({ path, text: readFileSync(join(PROJECT, path), "utf8") })),
];
const NAMED = /(?<![\w/.<>~$-])(?:runner|scripts|infra|sql|test|docs)\/[A-Za-z0-9_./{},*<>-]+/g;
const LINKED = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

/** Paths a text means: one for each word of `{a,b}`; of `folder/<name>.ts` the folder alone is known. */
function meant(named: string): string[] {
  const path = named.replace(/[.,/]+$/, "");
  if (path.includes("<")) return [dirname(path.slice(0, path.indexOf("<") + 1))];
  const [words, inside] = /\{([^}]*)\}/.exec(path) ?? [];
  return words === undefined ? [path] : (inside ?? "").split(",").map((word) => path.replace(words, word));
}

const isThere = (path: string): boolean => (path.includes("*") ? globOf(path) : existsSync(join(PROJECT, path)));
const globOf = (path: string): boolean => {
  const wanted = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
  const folder = dirname(path);
  return (
    existsSync(join(PROJECT, folder)) &&
    readdirSync(join(PROJECT, folder)).some((name) => wanted.test(`${folder}/${name}`))
  );
};

test("every path that a document names leads somewhere", () => {
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(NAMED)].flatMap(([found]) => meant(found).map((file) => ({ path, file }))),
  );
  expect(named.length).toBeGreaterThan(150);
  expect(named.filter(({ file }) => !isThere(file)).map(({ path, file }) => `${path} names ${file}`)).toEqual([]);
});

test("every link between documents leads somewhere", () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(LINKED)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(PROJECT, dirname(path), target)))
      .map((target) => `${path} links ${target}`),
  );
  expect(broken).toEqual([]);
});

test("the tree of the architecture page names every folder of runner and scripts, and nothing that is not there", () => {
  const page = readFileSync(join(PROJECT, "docs", "architecture.md"), "utf8");
  const lines = (/^## The tree\n+```\n([^]*?)\n```/m.exec(page)?.[1] ?? "").split("\n");
  let top = "";
  const shown = lines.flatMap((line) => {
    const name = /^ {0,2}([\w.-]+\/?)(?= |$)/.exec(line)?.[1] ?? "";
    if (!line.startsWith(" ")) top = name;
    return name === "" ? [] : [line.startsWith(" ") ? `${top}${name}` : name];
  });
  expect(shown.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  const folders = ["runner/", "scripts/"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}${name}/`),
  );
  expect(folders.filter((folder) => !shown.includes(folder))).toEqual([]);
});
