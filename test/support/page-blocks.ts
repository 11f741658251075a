// The code blocks of a page that a person copies: commands of ours with the exit status the page names, and scripts for the host.
import { readFileSync } from "node:fs";
import { commandOf, type RunbookCommand } from "./runbook.ts";

/** One block. `host`: text of a script to run there as root, `person`: by each person who signs; `here`: commands of the operator's workstation. */
export type PageBlock =
  | { readonly kind: "here"; readonly chapter: string; readonly commands: readonly RunbookCommand[] }
  | { readonly kind: "host" | "person"; readonly chapter: string; readonly script: string };

const KINDS = { "```sh": "here", "```sh on the host": "host", "```sh on each person's machine": "person" } as const;

/** Blocks in the order of the page; those of another language are examples and are left out. */
export function pageBlocks(file: string): PageBlock[] {
  const blocks: PageBlock[] = [];
  let chapter = "";
  let kind: PageBlock["kind"] | "other" | undefined;
  let lines: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (kind === undefined && line.startsWith("## ")) chapter = line.slice(3);
    else if (kind === undefined && line.startsWith("```")) {
      kind = line in KINDS ? KINDS[line as keyof typeof KINDS] : "other";
      lines = [];
    } else if (line === "```") {
      if (kind === "here")
        blocks.push({ kind, chapter, commands: lines.filter((one) => one.trim() !== "").map(commandOf) });
      if (kind === "host" || kind === "person") blocks.push({ kind, chapter, script: `${lines.join("\n")}\n` });
      kind = undefined;
    } else lines.push(line);
  }
  return blocks;
}
