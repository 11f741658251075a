// The engine's progress as a person wants it: one line a part of the host, when it is done, with its time.
import { printable } from "../../runner/rules/text-hygiene.ts";

const ENDED =
  /^\s*[+~-]{1,2}\s+command:remote:Command (\S+)-script (created|updated|deleted|failed|creating failed|updating failed)\b(?: \((\d[\w.]*)\))?/;
const WORDS: Readonly<Record<string, string>> = { created: "done", updated: "done", deleted: "forgotten" };

/** A reader of the engine's lines: answers the line to show, or undefined. The engine repeats a line for every warning about a part. */
export function partsInProgress(): (line: string) => string | undefined {
  const told = new Set<string>();
  return (line) => {
    const [, part, word = "", time = ""] = ENDED.exec(line) ?? [];
    if (part === undefined || told.has(part)) return undefined;
    told.add(part);
    return printable(`${part.padEnd(24)} ${(WORDS[word] ?? "failed").padEnd(9)} ${time}`.trimEnd());
  };
}
