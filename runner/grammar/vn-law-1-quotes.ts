// Where a law quotes other law: text between quotation marks belongs to the article that quotes it.
import type { Lines } from "./vn-law-1-lines.ts";
import { ROLE, type Roles } from "./vn-law-1-furniture.ts";

/** How a line begins: outside quotations, perhaps inside one whose mark is missing, or inside one. */
export const QUOTED = { no: 0, perhaps: 1, yes: 2 } as const;

/** What the marks say. state: value of {@link QUOTED} per line; opened: the line of the mark that a quoted line stands behind. */
export interface Quotations {
  readonly state: Uint8Array;
  readonly opened: Int32Array;
  /** 0-based lines of marks without their counterpart. */
  readonly unopened: readonly number[];
  readonly unclosed: readonly number[];
}

/** unit: an article or a chapter begins behind the mark; until: first line of a unit behind it, -1 while there is none. */
interface Mark {
  readonly line: number;
  readonly block: boolean;
  readonly unit: boolean;
  until: number;
}

const SIGN = /[“”„‟"«»]/gu;
const ANY_SIGN = new RegExp(SIGN.source, "u");
const BEFORE = /[\s([–—-]/u;
const AFTER = /[\s.,;:!?)\]/–—-]/u;

/** Which way a mark points: by what stands beside it, and where that says nothing by its shape. */
function opens(text: string, at: number): boolean {
  const before = at === 0 || BEFORE.test(text.charAt(at - 1));
  const after = at === text.length - 1 || AFTER.test(text.charAt(at + 1));
  if (before !== after) return before;
  return !"”»".includes(text.charAt(at));
}

/** The state of the walk through the text. */
class Walk {
  readonly state: Uint8Array;
  readonly opened: Int32Array;
  readonly unopened: number[] = [];
  readonly unclosed: number[] = [];
  private readonly stack: Mark[] = [];
  /** Where a quotation without its opening mark would begin; -1 where nothing speaks for one. */
  private earliest = -1;
  constructor(count: number) {
    this.state = new Uint8Array(count);
    this.opened = new Int32Array(count).fill(-1);
  }
  private raise(from: number, to: number, value: number): void {
    for (let line = from; line < to; line += 1) if ((this.state[line] ?? 0) < value) this.state[line] = value;
  }
  open(line: number, block: boolean, unit: boolean): void {
    this.stack.push({ line, block, unit, until: -1 });
  }
  close(line: number, atEnd: boolean): void {
    const mark = this.stack.pop();
    if (mark === undefined) {
      // Inside a sentence a stray mark says nothing about the lines before it.
      if (atEnd && this.earliest >= 0) this.raise(this.earliest, line + 1, QUOTED.perhaps);
      if (atEnd) this.earliest = -1;
      this.unopened.push(line);
    } else if (this.stack.length === 0) {
      this.raise(mark.line + 1, line + 1, QUOTED.yes);
      for (let at = mark.line + 1; at <= line; at += 1) this.opened[at] = mark.line;
    }
    // Behind a quoted text that ends in mid-article the next may stand without its own mark.
    if (atEnd && mark?.block === true && this.stack.length === 0) this.earliest = line + 1;
  }
  /** An own unit may begin here: a quotation opened inside a sentence has been forgotten to close. */
  sentencesEnd(line: number): void {
    while (this.stack.at(-1)?.block === false) this.unclosed.push(this.stack.pop()?.line ?? line);
    if (this.stack.length === 0 && line !== this.earliest) this.earliest = -1;
  }
  /** Amended text is announced: if it lacks its opening mark, it begins here. */
  announce(line: number): void {
    if (this.stack.length === 0) this.earliest = line;
  }
  /** A new quoted text is introduced here: a quoted text does not stand in another, so the one before was not closed. */
  blocksEnd(line: number): void {
    const [first] = this.stack;
    if (first === undefined) return;
    for (const mark of this.stack.splice(0)) this.unclosed.push(mark.line);
    this.raise(first.line + 1, line, QUOTED.perhaps);
  }
  /** A unit begins: a quotation that began with something smaller than a unit and was never closed has ended before it. */
  unitsEnd(line: number): void {
    const [first] = this.stack;
    if (first !== undefined && first.until < 0) first.until = line;
  }
  end(): void {
    const [first] = this.stack;
    for (const mark of this.stack.splice(0)) this.unclosed.push(mark.line);
    if (first?.block !== true) return;
    const until = first.unit || first.until < 0 ? first.line + 2_000 : first.until;
    this.raise(first.line + 1, Math.min(this.state.length, until), QUOTED.perhaps);
  }
  /** Lines behind the marks of Markdown quotes. */
  quote(line: number, from: number): void {
    this.state[line] = QUOTED.yes;
    this.opened[line] = from;
  }
}

/** Articles, chapters and the like without a mark before them. */
const UNIT = /^(?:Điều|Chương|Mục|Tiểu mục|Phần) (?:thứ )?[\dIVXLC]+[a-zđ]?(?:[.:]|$| [-–] )/iu;
const AMENDS = /(?:sửa đổi|bổ sung|thay thế|viết lại)/iu;
/** Characters of a line that are looked at for the words of an amendment. */
const LOOKED_AT = 2_000;
const AT_END = /^[.;,:/ ]*\d{0,3}$/u;

/** Single marks around what an amendment quotes: at the start of the line that a colon announced, and at the end of its last line. */
const SINGLE_OPENS = /^[‘'](?=\s*(?:Điều|Chương|Mục|Phần|\d|[a-zđ]\)))/u;
const SINGLE_CLOSES = /[’'](?=[.;,]*$)/u;

/** The line with its single marks as double ones, where they are marks of a quotation and no apostrophes. */
function withDoubleMarks(text: string, introduced: boolean, single: boolean): { text: string; single: boolean } {
  const opens = introduced && SINGLE_OPENS.test(text);
  const opened = opens ? text.replace(SINGLE_OPENS, "“") : text;
  if (!(single || opens) || !SINGLE_CLOSES.test(opened)) return { text: opened, single: single || opens };
  return { text: opened.replace(SINGLE_CLOSES, "”"), single: false };
}

function walkLine(walk: Walk, text: string, line: number, introduced: boolean): void {
  if (!ANY_SIGN.test(text)) return;
  for (const match of text.matchAll(SIGN)) {
    const at = match.index;
    if (opens(text, at)) {
      const block = at === 0;
      if (block && introduced) walk.blocksEnd(line);
      walk.open(line, block, block && UNIT.test(text.slice(at + 1, at + 40).trim()));
    } else walk.close(line, AT_END.test(text.slice(at + 1)));
  }
}

/** Whether the `>` of Markdown stands before quoted text only; where most of the text stands behind it, it means nothing. */
function marksQuotes(lines: Lines, roles: Roles): boolean {
  let marked = 0;
  let texts = 0;
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text) continue;
    texts += 1;
    if (lines.behindMark(line)) marked += 1;
  }
  return marked > 0 && marked < texts / 2;
}

/** Reads the marks of all text lines; notes, furniture and front matter are not part of that text. */
export function findQuotations(lines: Lines, roles: Roles): Quotations {
  const walk = new Walk(lines.count);
  const quotes = marksQuotes(lines, roles);
  let last = "";
  let beforeLast = "";
  let single = false;
  let quoted = -1;
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text) continue;
    if (quotes && lines.behindMark(line)) {
      quoted = quoted < 0 ? line : quoted;
      walk.quote(line, quoted);
      continue;
    }
    quoted = -1;
    const introduced = last.endsWith(":");
    const read = withDoubleMarks(lines.plain(line), introduced, single);
    const { text } = read;
    ({ single } = read);
    if ("ĐCMTP".includes(text.charAt(0)) && UNIT.test(text)) {
      walk.sentencesEnd(line);
      walk.unitsEnd(line);
    }
    if (introduced && AMENDS.test(`${beforeLast.slice(-LOOKED_AT)} ${last.slice(-LOOKED_AT)}`)) walk.announce(line);
    walkLine(walk, text, line, introduced);
    beforeLast = last;
    last = text;
  }
  walk.end();
  return walk;
}
