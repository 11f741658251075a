// The few Markdown forms reports are made of. Values that came from outside stand in code spans, so that no text becomes markup.
import { printable } from "../rules/text-hygiene.ts";

/**
 * A value as one code span that shows exactly what is there. A backtick would end the span and a bar the table cell, and blank edges
 * are not shown, so these become `\u{HEX}` as well.
 */
export function code(text: string): string {
  if (text === "") return "(empty)";
  const one = printable(text).replaceAll("`", "\\u{60}").replaceAll("|", "\\u{7C}");
  return `\`${one.replace(/^ +| +$/g, (blanks) => "\\u{20}".repeat(blanks.length))}\``;
}

/** `- name: value` lines; values are Markdown already. */
export function list(rows: readonly (readonly [name: string, value: string])[]): string {
  return rows.map(([name, value]) => `- ${name}: ${value}`).join("\n");
}

/** The named values of a record, each as a code span under its own name. */
export const codes = <K extends string>(
  record: Readonly<Record<NoInfer<K>, string>>,
  names: readonly K[],
): (readonly [name: K, value: string])[] => names.map((name) => [name, code(record[name])]);

/** Order of names by code units, the same under every locale. */
export function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** A table of two columns: what was counted, by name, and how often. */
export const countTable = (head: readonly [string, string], counts: Readonly<Record<string, number>>): string =>
  table(
    head,
    Object.entries(counts)
      .sort(byName)
      .map(([name, count]) => [code(name), String(count)]),
  );

/** A table; cells are Markdown already. Says so in words when there is no row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "none";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Texts from outside, one a line. Says so in words when there is none. */
export function bullets(texts: readonly string[]): string {
  return texts.length === 0 ? "none" : texts.map((text) => `- ${code(text)}`).join("\n");
}

/** A section under a second-level heading. */
export function section(title: string, text: string): string {
  return `## ${title}\n\n${text}`;
}

/** Parts with one blank line between them and a line feed at the end. */
export function document(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** `2026-11-20 14:03:11Z`, fractions cut off. */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `2026-11-20`, the UTC day that stands in a report's file name. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
