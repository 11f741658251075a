// What the architecture tests look at: the files git would commit, so an ignored folder never decides a test.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Project root, absolute. */
export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A source file: path from the project root with "/", text, lines without the last empty one. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const OUTSIDE = new Set(["node_modules", "dist", ".git", ".state", ".sandbox", ".pulumi-home", "coverage"]);

/** Files below the named top folders whose names end in one of `endings`, ordered by path. */
export function sourceFiles(tops: readonly string[], endings: readonly string[]): SourceFile[] {
  return tops
    .flatMap((top) => pathsUnder(join(PROJECT, top)))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((absolute) => {
      const text = readFileSync(absolute, "utf8");
      return {
        path: relative(PROJECT, absolute).split(sep).join("/"),
        text,
        lines: text.replace(/\n$/, "").split("\n"),
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function pathsUnder(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    if (OUTSIDE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? pathsUnder(path) : entry.isFile() ? [path] : [];
  });
}
