// Which run a report belongs to, as the report itself says it: a reporter replaces only what the same run wrote.
import { isRunId } from "../model/ids.ts";

/** The line every report of a run carries in its head. */
export function ownerLine(runId: string): string {
  return `- run: \`${runId}\``;
}

/** Run id of a report's text; undefined when it names none. Only the head counts: the lines before the first section. */
export function ownerOf(markdown: string): string | undefined {
  const head = markdown.split("\n## ", 1)[0] ?? "";
  const found = /^- run: `([^`]*)`$/m.exec(head)?.[1];
  return found !== undefined && isRunId(found) ? found : undefined;
}
