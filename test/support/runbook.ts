// The runbook as data: chapters, their commands in order, and the exit status each one names.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One command line of a chapter: the words behind `npm run`, without `--` between name and words. */
export interface RunbookCommand {
  readonly line: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly exit: number;
}

const FILE = fileURLToPath(new URL("../../docs/runbook.md", import.meta.url));

/** Commands by chapter, in the order of the file; only those of `sh` blocks. */
export function runbookChapters(): ReadonlyMap<string, readonly RunbookCommand[]> {
  const chapters = new Map<string, RunbookCommand[]>();
  let chapter = "";
  let inside = false;
  for (const line of readFileSync(FILE, "utf8").split("\n")) {
    if (line.startsWith("## ")) chapter = line.slice(3);
    else if (line.startsWith("```")) inside = line === "```sh";
    else if (inside && line.trim() !== "") chapters.set(chapter, [...(chapters.get(chapter) ?? []), commandOf(line)]);
  }
  return chapters;
}

/** One line of a block as a command of ours. */
export function commandOf(line: string): RunbookCommand {
  const [command = "", comment = ""] = line.split(/\s+# /);
  const match = /^npm run ([a-z-]+)(?: --)?(?: (.*))?$/.exec(command.trim());
  if (match?.[1] === undefined) throw new Error(`not a command of ours: ${line}`);
  const words = [...(match[2] ?? "").matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? "");
  const exit = /^exit (\d+)$/.exec(comment.trim())?.[1];
  if (comment !== "" && exit === undefined) throw new Error(`a comment names an exit status: ${line}`);
  return { line: command.trim(), name: match[1], words, exit: Number(exit ?? "0") };
}
