// Which run a report belongs to, as the report itself says it: a reporter replaces only what the same run wrote.
import { isRunId } from "../model/ids.ts";

/** Run id of a report's text, Markdown or page; undefined when it names none. Only the head counts: what stands before the first section. */
export function ownerOf(text: string): string | undefined {
  const found = text.startsWith("<!doctype html>")
    ? /<meta name="cutter-run" content="([^"]*)">/.exec(text.split("<body", 1)[0] ?? "")?.[1]
    : /^- run: `([^`]*)`$/m.exec(text.split("\n## ", 1)[0] ?? "")?.[1];
  return found !== undefined && isRunId(found) ? found : undefined;
}
