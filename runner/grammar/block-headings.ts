// Where the headings of a text stand, decided by markdown-it's block rules; see docs/decisions/0021-block-structure.md.
import createParser from "markdown-it";
import type { MarkdownIt, StateBlock } from "markdown-it";
import { readParagraphsAsCommonMark } from "./paragraph-rule.ts";

/** Containers in containers (a list counts two levels); deeper nesting would exhaust the parser's stack. */
const MAX_LEVEL = 64;
/** Longest line in bytes: the parser's patterns are only safe on bounded lines. */
const MAX_LINE = 1_048_576;
/** Most lines of a text: the parser keeps some numbers for each. */
const MAX_LINES = 2_000_000;
/** Steps that quotes may cost a line, and steps free for all: quotes interrupted by other text are read again and again. */
const QUOTE_STEPS = { per_line: 8, free: 100_000 };

/** A heading outside every container. line: 0-based in the text. setext: underlined, opens no unit. */
export interface TopHeading {
  readonly line: number;
  readonly depth: number;
  readonly setext: boolean;
}

/** Lines of the text by byte offset; `blank` as CommonMark defines it: nothing but spaces and tabs. */
export interface LineTable {
  readonly count: number;
  start(line: number): number;
  /** End of the line's content, before its line ending. */
  end(line: number): number;
  blank(line: number): boolean;
}

/** A block in which no line opens anything: a fence or HTML, outside or inside a container. 0-based lines, `to` excluded. */
export interface OpaqueBlock {
  readonly kind: "fence" | "html";
  readonly from: number;
  readonly to: number;
}

/** Headings and lines, or the first line (0-based) the structure cannot be read at and why. */
export type BlockResult =
  | {
      readonly headings: readonly TopHeading[];
      readonly opaque: readonly OpaqueBlock[];
      readonly lines: LineTable;
      readonly fault?: never;
    }
  | { readonly fault: { readonly line: number; readonly reason: string }; readonly headings?: never };

class StructureFault extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/**
 * A string with one character a byte, lines ended by LF, of the same length as the bytes: positions are byte offsets.
 * CommonMark's block structure depends on ASCII alone, and a space before a line ending means nothing to it.
 * It knows no white space but blanks and line endings; the parser's patterns take form feed and vertical tab for such,
 * so these become a character that is none. In Latin-1 no other byte of UTF-8 can be mistaken.
 */
function blockText(bytes: Buffer): string {
  let text = bytes.toString("latin1");
  if (text.includes("\r")) text = text.replaceAll("\r\n", " \n").replaceAll("\r", "\n");
  if (text.includes("\f")) text = text.replaceAll("\f", "\u0001");
  return text.includes("\v") ? text.replaceAll("\v", "\u0001") : text;
}

/** Block rules only, with limits. */
function blockParser(): MarkdownIt {
  const parser = createParser("commonmark", { maxNesting: Number.MAX_SAFE_INTEGER });
  readParagraphsAsCommonMark(parser);
  const tokenize = parser.block.tokenize.bind(parser.block);
  let steps = 0;
  parser.block.tokenize = (state, start, end) => {
    if (state.level > MAX_LEVEL)
      throw new StructureFault(start, `lists and quotes are nested deeper than ${MAX_LEVEL} levels`);
    if (state.parentType === "blockquote") steps += end - start;
    if (steps > QUOTE_STEPS.free + QUOTE_STEPS.per_line * state.lineMax) {
      throw new StructureFault(start, "quotes and other text interrupt each other too often to be read");
    }
    tokenize(state, start, end);
  };
  return parser;
}

/**
 * Tells the state its text and lines as its constructor would; that one reads every character, which costs a third of the parsing of a
 * long text. A last line of blanks without a line ending is none, as there.
 */
function markLines(state: StateBlock, text: string): void {
  let count = 2;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  // Arrays that grow are copied again and again.
  const made = (): number[] => new Array<number>(count).fill(0);
  const [bMarks, eMarks, tShift, sCount] = [made(), made(), made(), made()];
  let line = 0;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    let at = start;
    let columns = 0;
    for (let code = text.charCodeAt(at); at < end && (code === 32 || code === 9); code = text.charCodeAt(at)) {
      columns += code === 9 ? 4 - (columns % 4) : 1;
      at += 1;
    }
    if (found >= 0 || at < end) {
      bMarks[line] = start;
      eMarks[line] = end;
      tShift[line] = at - start;
      sCount[line] = columns;
      line += 1;
    }
    start = end + 1;
  }
  bMarks[line] = text.length;
  eMarks[line] = text.length;
  Object.assign(state, { bMarks, eMarks, tShift, sCount, bsCount: made() });
  for (const marks of [bMarks, eMarks, tShift, sCount, state.bsCount]) marks.length = line + 1;
  state.src = text;
  state.lineMax = state.bMarks.length - 1;
}

/** The parser's state over a text; `found` gets every heading outside containers, and no copy of any text is kept. */
function blockState(parser: MarkdownIt, bytes: Buffer, found: TopHeading[], opaque: OpaqueBlock[]): StateBlock {
  const state = new parser.block.State("", parser, {}, []);
  markLines(state, blockText(bytes));
  const scratch = new state.Token("", "", 0);
  let opened = "";
  let block: OpaqueBlock["kind"] | undefined;
  // The rules write into the token they get and never read it again, so one serves them all. What a heading wrote into it
  // is complete when its content (type inline) is pushed.
  state.push = (type, tag, nesting) => {
    if (opened !== "")
      found.push({
        line: scratch.map?.[0] ?? 0,
        depth: Number(opened.slice(1)),
        setext: !scratch.markup.startsWith("#"),
      });
    if (block !== undefined) opaque.push({ kind: block, from: scratch.map?.[0] ?? 0, to: scratch.map?.[1] ?? 0 });
    block = type === "fence" ? "fence" : type === "html_block" ? "html" : undefined;
    if (nesting < 0) state.level -= 1;
    opened = type === "heading_open" && state.level === 0 ? tag : "";
    if (nesting > 0) state.level += 1;
    return scratch;
  };
  state.getLines = () => "";
  return state;
}

/** The first line that the parser should not be given, because it is too long or one too many. */
function oversize(bytes: Buffer): { line: number; reason: string } | undefined {
  const returns = bytes.includes(13);
  let start = 0;
  for (let line = 0; start <= bytes.length; line += 1) {
    const end = lineEnd(bytes, start, returns);
    if (end - start > MAX_LINE) return { line, reason: `the line is longer than ${MAX_LINE} bytes` };
    if (line >= MAX_LINES) return { line, reason: `more than ${MAX_LINES} lines` };
    start = end + (bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : 1);
  }
  return undefined;
}

/**
 * Offset of the line ending at or behind `from`, or the length; `returns`: whether a CR stands anywhere. The search is
 * the buffer's own.
 */
function lineEnd(bytes: Buffer, from: number, returns: boolean): number {
  const feed = bytes.indexOf(10, from);
  const end = feed < 0 ? bytes.length : feed;
  if (!returns) return end;
  const found = bytes.subarray(from, end).indexOf(13);
  return found < 0 ? end : from + found;
}

function lineTable(state: StateBlock, bytes: Buffer): LineTable {
  const { bMarks, eMarks } = state;
  const start = (line: number): number => bMarks[line] ?? bytes.length;
  const end = (line: number): number => {
    const at = eMarks[line] ?? bytes.length;
    // The CR of a CRLF reads as a space in the block text; in the bytes it belongs to the line ending.
    return at > start(line) && bytes[at - 1] === 13 && bytes[at] === 10 ? at - 1 : at;
  };
  return { count: state.lineMax, start, end, blank: (line) => state.isEmpty(line) };
}

/** Headings outside containers, in order, with the line table of the text; or the first line the structure cannot be read at. */
export function blockHeadings(bytes: Buffer): BlockResult {
  const fault = oversize(bytes);
  if (fault) return { fault };
  const parser = blockParser();
  const headings: TopHeading[] = [];
  const opaque: OpaqueBlock[] = [];
  const state = blockState(parser, bytes, headings, opaque);
  try {
    parser.block.tokenize(state, 0, state.lineMax);
    // What the last block wrote is read when the next is pushed.
    state.push("", "", 0);
  } catch (thrown) {
    if (thrown instanceof StructureFault) return { fault: { line: thrown.line, reason: thrown.message } };
    throw thrown;
  }
  return { headings, opaque, lines: lineTable(state, bytes) };
}
