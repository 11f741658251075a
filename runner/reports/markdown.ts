// A report as Markdown. Values that came from outside stand in code spans, so that no text becomes markup.
import { printable } from "../rules/text-hygiene.ts";
import { piecesOf, type Block, type Document, type Line } from "./blocks.ts";

/** The whole report; parts have one blank line between them, and a line feed stands at the end. */
export function markdownOf({ title, opening, sections }: Document): string {
  const parts = [
    `# ${lineText(title)}`,
    ...opening.map(blockText),
    ...sections.flatMap((section) => [`## ${lineText(section.title)}`, ...section.blocks.map(blockText)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "facts":
      return block.rows.map(([name, value]) => `- ${name}: ${lineText(value)}`).join("\n");
    case "text":
      return block.lines.map(lineText).join("\n");
    case "list":
      return block.items.map((item, index) => `${block.numbered ? `${index + 1}.` : "-"} ${lineText(item)}`).join("\n");
    case "table":
      return [row(block.head), row(block.head.map(() => "---")), ...block.rows.map(row)].join("\n");
  }
}

const row = (cells: readonly Line[]): string => `| ${cells.map(lineText).join(" | ")} |`;

const lineText = (line: Line): string =>
  piecesOf(line)
    .map((piece) => (typeof piece === "string" ? piece : codeSpan(piece.code)))
    .join("");

/**
 * A value as one code span that shows exactly what is there. A backtick would end the span and a bar the table cell, and blank edges
 * are not shown, so these become `\u{HEX}` as well.
 */
function codeSpan(value: string): string {
  const one = printable(value).replaceAll("`", "\\u{60}").replaceAll("|", "\\u{7C}");
  return `\`${one.replace(/^ +| +$/g, (blanks) => "\\u{20}".repeat(blanks.length))}\``;
}
