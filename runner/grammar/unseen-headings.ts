// Lines that look like headings and open nothing: in a fence that is never closed, in HTML, or without the blank that CommonMark asks for.
import type { Finding } from "../model/manifest.ts";
import type { LineTable, OpaqueBlock } from "./block-headings.ts";

/** What is looked at: bytes of the text, its lines, and the blocks in which headings are text. first_line: 1-based line of the file. */
export interface LookedAt {
  readonly text: Buffer;
  readonly lines: LineTable;
  readonly opaque: readonly OpaqueBlock[];
  readonly first_line: number;
}

const HASH = 35;
const BLANK = new Set([9, 32]);

/** How a line begins: with an ATX mark and a blank, with a mark that lacks it, or otherwise. */
function markOf(text: Buffer, lines: LineTable, line: number): "heading" | "joined" | undefined {
  const [start, end] = [lines.start(line), lines.end(line)];
  let at = start;
  while (at < end && at - start < 4 && text[at] === 32) at += 1;
  if (text[at] !== HASH || at - start > 3) return undefined;
  const from = at;
  while (at < end && text[at] === HASH) at += 1;
  if (at - from > 6) return undefined;
  if (at === end || BLANK.has(text[at] ?? 0)) return "heading";
  // `#tag` and `#!` are words; two marks, or one before a capital letter, are meant as a heading.
  const next = text.toString("utf8", at, Math.min(end, at + 4));
  return at - from > 1 || /^\p{Lu}/u.test(next) ? "joined" : undefined;
}

/** Lines of a block that look like headings. */
function headingsIn({ text, lines }: LookedAt, block: OpaqueBlock): number[] {
  const found: number[] = [];
  for (let line = block.from; line < Math.min(block.to, lines.count); line += 1)
    if (markOf(text, lines, line) === "heading") found.push(line);
  return found;
}

/** A fence that the end of the text closes: its last line is no fence of its own. */
function isOpen({ text, lines }: LookedAt, block: OpaqueBlock): boolean {
  if (block.kind !== "fence") return false;
  for (let line = block.to; line < lines.count; line += 1) if (!lines.blank(line)) return false;
  const last = Math.min(block.to, lines.count) - 1;
  return (
    last <= block.from ||
    !/^[\s>]*(?:`{3,}|~{3,})\s*$/.test(text.toString("latin1", lines.start(last), lines.end(last)))
  );
}

/** One finding for each such place, in the order of the lines. */
export function unseenHeadings(looked: LookedAt): Finding[] {
  const { text, lines, opaque, first_line } = looked;
  const found: Finding[] = [];
  const inside = new Uint8Array(lines.count);
  for (const block of opaque) {
    inside.fill(1, block.from, block.to);
    const headings = headingsIn(looked, block);
    if (isOpen(looked, block)) {
      const held = headings.length === 0 ? "" : `; ${headings.length} lines in it look like headings and open nothing`;
      found.push({
        code: "unclosed_fence",
        line: first_line + block.from,
        text: `a fence opened here is never closed${held}`,
      });
    } else if (block.kind === "html") {
      for (const line of headings)
        found.push({
          code: "heading_in_html",
          line: first_line + line,
          text: `this line stands in a block of HTML opened at line ${first_line + block.from} and opens no unit`,
        });
    }
  }
  for (let line = 0; line < lines.count; line += 1) {
    if (inside[line] === 1 || markOf(text, lines, line) !== "joined") continue;
    found.push({
      code: "heading_without_blank",
      line: first_line + line,
      text: "`#` without a blank behind it makes no heading; the line is text",
    });
  }
  return found.sort((one, other) => one.line - other.line);
}

/** Where all headings stand in fences, for a document in which none opens a unit; empty when none does. */
export function fencedHeadings(looked: LookedAt): string {
  const fence = looked.opaque.find((block) => block.kind === "fence" && headingsIn(looked, block).length > 0);
  if (fence === undefined) return "";
  return (
    `; ${headingsIn(looked, fence).length} lines that look like headings stand in the fence ` +
    `opened at line ${looked.first_line + fence.from}`
  );
}
