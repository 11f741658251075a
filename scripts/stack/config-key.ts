// One key of a stack's file, set in its text: comments, order and every other value stay as people wrote them.

/** The text with `key` holding `value` as JSON on one line; a value of several lines that stood there is replaced whole. */
export function withConfigKey(text: string, key: string, value: unknown): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
  if (at >= 0) {
    const indent = indentOf(lines[at] ?? "");
    const next = lines.findIndex((line, index) => index > at && line.trim() !== "" && indentOf(line) <= indent);
    const end = next < 0 ? lines.length - (lines.at(-1) === "" ? 1 : 0) : next;
    return lines.toSpliced(at, end - at, entry(indent, key, value)).join("\n");
  }
  const config = lines.findIndex((line) => /^config:\s*(?:#.*)?$/.test(line));
  if (config < 0) return `${text.replace(/\n*$/, "\n")}config:\n${entry(2, key, value)}\n`;
  const first = lines.slice(config + 1).find((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  return lines.toSpliced(config + 1, 0, entry(Math.max(1, indentOf(first ?? "  ")), key, value)).join("\n");
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const entry = (indent: number, key: string, value: unknown): string =>
  `${" ".repeat(indent)}${key}: ${JSON.stringify(value)}`;
