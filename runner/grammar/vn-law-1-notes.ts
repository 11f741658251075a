// Footnotes of consolidated texts: numbered at the foot of pages, going on after a page break, or listed at the end.
import { inCapitals } from "./vn-law-1-endings.ts";
import { pagesOf, ROLE, type Roles } from "./vn-law-1-furniture.ts";
import type { Lines } from "./vn-law-1-lines.ts";
import { bracketedMarkers, noteLines, type Note } from "./vn-law-1-note-lines.ts";

/** numbers: of the notes found; first: line of the first note, -1 without notes; quoted: 1 for lines of notes that stand between marks. */
export interface Notes {
  readonly numbers: ReadonlySet<number>;
  readonly first: number;
  readonly quoted: Uint8Array;
}

const TERMINAL = /[.;:!?”"»)\]]$/u;
/** A note that ends so is complete; a colon or semicolon announces more. */
const CLOSED = /[.!?”"»)\]]$/u;
/** Headings: text that begins so is the law's own where a page begins. */
const HEADING =
  /^(?:Điều\s+(?:thứ\s+)?\d+[a-zđ]?\s?(?:[.:/]|$)|(?:Chương|Phần|Mục|Tiểu mục)\s+(?:thứ\s+)?(?:[IVXLC]+|\d+)(?![\p{L}\d]))/iu;
/** A chapter or a section as it is printed for a heading: its number alone on the line, or with a stop or a name in capitals behind it. */
const SECTION =
  /^(?:Chương|CHƯƠNG|Phần|PHẦN|Mục|MỤC|Tiểu mục|TIỂU MỤC)\s+(?:(?:thứ|THỨ)\s+)?(?:[IVXLC]+|\d{1,3}|nhất|hai|ba|tư|năm)(?:\s*[.:–-]\s*\P{Ll}*|\s+\P{Ll}+|\s*)$/u;
const ARTICLE = /^Điều\s+(\d{1,4})\s?[.:]/u;

function nextBlank(roles: Roles, from: number, to: number): number {
  let line = from;
  while (line < to && roles[line] !== ROLE.blank) line += 1;
  return line;
}

function firstText(roles: Roles, from: number, to: number): number {
  let line = from;
  while (line < to && roles[line] !== ROLE.text) line += 1;
  return line;
}

interface Page {
  readonly from: number;
  readonly to: number;
}

/** First text line behind the last blank rule that stands between text lines of a page; `to` where there is none. */
function behindRule(lines: Lines, roles: Roles, page: Page): number {
  for (let line = page.to - 1; line >= page.from; line -= 1) {
    if (roles[line] === ROLE.blank && lines.rulesOff(line)) return firstText(roles, line, page.to);
  }
  return page.to;
}

/**
 * The foot of a page that opens notes: from the rule, or the blank line above the first of them, where a note of the
 * page before may go on.
 */
function footWithNotes(
  lines: Lines,
  roles: Roles,
  page: Page,
  { note, goesOn }: { readonly note: number; readonly goesOn: boolean },
): number {
  const ruled = behindRule(lines, roles, page);
  if (ruled <= note) return ruled;
  if (!goesOn) return note;
  let line = note;
  while (line > page.from && roles[line - 1] !== ROLE.blank) line -= 1;
  return (line === page.from && roles[page.from] === ROLE.text) || HEADING.test(lines.plain(line)) ? note : line;
}

/**
 * Where the open note of the page before goes on, on a page that opens none; `to` when nowhere. A block that begins
 * with a heading is the law's own.
 */
function footWithoutNotes(lines: Lines, roles: Roles, page: Page, bodyComplete: boolean): number {
  const ruled = behindRule(lines, roles, page);
  if (ruled < page.to) return ruled;
  const first = firstText(roles, page.from, page.to);
  if (first === page.to) return page.to;
  const behindBlank = (line: number): number => firstText(roles, nextBlank(roles, line, page.to), page.to);
  const begins = lines.plain(first);
  let foot = behindBlank(first);
  if (bodyComplete && !HEADING.test(begins) && (/^[\p{Ll}“"]/u.test(begins) || foot === page.to)) foot = first;
  while (foot < page.to && HEADING.test(lines.plain(foot))) foot = behindBlank(foot);
  return foot;
}

/** How deep in quotation marks a note is behind a line. */
function depthBehind(text: string, depth: number): number {
  let deep = depth;
  for (const sign of text.match(/[“”]/gu) ?? []) deep = sign === "“" ? deep + 1 : Math.max(0, deep - 1);
  return deep;
}

/** What is known where a page ends. noted: it has notes; own: number of the law's newest article. */
interface PageEnd {
  readonly noted: boolean;
  readonly depth: number;
  readonly note: string;
  readonly body: string;
  readonly own: number;
}

/** The walk over pages: which lines are notes, how deep in quotations, and which article of the law came last. */
class Walk {
  end: PageEnd = { noted: false, depth: 0, note: "", body: "", own: 0 };
  private readonly lines: Lines;
  private readonly roles: Roles;
  private readonly quoted: Uint8Array;
  private readonly opens: ReadonlySet<number>;
  constructor(lines: Lines, roles: Roles, quoted: Uint8Array, opens: ReadonlySet<number>) {
    this.lines = lines;
    this.roles = roles;
    this.quoted = quoted;
    this.opens = opens;
  }

  /**
   * Reads a page whose notes begin at line `foot`. What is written as a heading, or continues the law's articles
   * outside marks, ends them.
   */
  read(page: Page, foot: number): void {
    let { depth, note, body, own } = this.end;
    let noted = false;
    let inside = false;
    for (let line = page.from; line < page.to; line += 1) {
      if (this.roles[line] !== ROLE.text) continue;
      const text = this.lines.plain(line);
      if (this.opens.has(line)) depth = 0;
      inside = line === foot || this.opens.has(line) || (inside && !this.isOwn(line, text, depth, own));
      if (inside) {
        this.quoted[line] = depth > 0 ? 1 : 0;
        this.roles[line] = ROLE.note;
        noted = true;
        note = text;
        depth = depthBehind(text, depth);
        continue;
      }
      body = text;
      const article = ARTICLE.exec(text);
      if (article !== null && Number(article[1]) === own + 1) own += 1;
    }
    this.end = { noted, depth, note, body, own };
  }

  private isOwn(line: number, text: string, depth: number, own: number): boolean {
    if (endsNote(this.lines, line, depth)) return true;
    return depth === 0 && Number(ARTICLE.exec(text)?.[1] ?? 0) === own + 1;
  }
}

/** Foot notes page by page. The last page has no foot: its notes end with their paragraphs. */
function markPages(lines: Lines, roles: Roles, notes: readonly Note[], quoted: Uint8Array): void {
  const walk = new Walk(lines, roles, quoted, new Set(notes.map((note) => note.line)));
  let index = 0;
  const pages = pagesOf(lines, roles);
  for (const page of pages) {
    while (index < notes.length && (notes[index]?.line ?? 0) < page.from) index += 1;
    const first = notes[index]?.line ?? page.to;
    const { end } = walk;
    const open = end.noted && (end.depth > 0 || !CLOSED.test(end.note));
    const foot =
      first < page.to
        ? footWithNotes(lines, roles, page, { note: first, goesOn: end.noted })
        : open
          ? footWithoutNotes(lines, roles, page, TERMINAL.test(end.body) || inCapitals(end.body))
          : page.to;
    if (page.to === lines.count && first < page.to) markParagraphs(lines, roles, notes.slice(index), quoted);
    else walk.read(page, foot);
  }
}

/** Each note to the next blank line; inside a quotation that is closed later, to the blank line behind that. */
function markParagraphs(lines: Lines, roles: Roles, notes: readonly Note[], quoted: Uint8Array): void {
  notes.forEach((note, index) => {
    const until = notes[index + 1]?.line ?? lines.count;
    const blank = nextBlank(roles, note.line, until);
    let depth = 0;
    let end = blank;
    for (let line = note.line; line < until && (line <= blank || depth > 0); line += 1) {
      if (roles[line] !== ROLE.text) continue;
      if (line > note.line && (endsNote(lines, line, depth) || (depth === 0 && ARTICLE.test(lines.plain(line))))) {
        end = line;
        break;
      }
      quoted[line] = depth > 0 ? 1 : 0;
      depth = depthBehind(lines.plain(line), depth);
      if (depth === 0 && line >= blank) end = nextBlank(roles, line, until);
    }
    for (let line = note.line; line < end; line += 1) {
      if (roles[line] !== ROLE.text) continue;
      if (line > note.line && lines.marked(line) && HEADING.test(lines.plain(line))) break;
      roles[line] = ROLE.note;
    }
  });
}

/** Whether a line inside a note is none of it: what is written as a heading, and outside marks a chapter or a section. */
function endsNote(lines: Lines, line: number, depth: number): boolean {
  const text = lines.plain(line);
  return (lines.marked(line) && HEADING.test(text)) || (depth === 0 && SECTION.test(text));
}

/** Without pages: a list of bracketed notes behind all their markers reaches to the end of the document, other notes are paragraphs. */
function markUnpaged(lines: Lines, roles: Roles, notes: readonly Note[], quoted: Uint8Array): void {
  const [first] = notes;
  if (first === undefined) return;
  const markers = bracketedMarkers(lines, roles);
  const listed = notes.every((note) => note.bracketed && (markers.get(note.number) ?? lines.count) < first.line);
  if (!listed) return markParagraphs(lines, roles, notes, quoted);
  for (let line = first.line; line < lines.count; line += 1) {
    if (roles[line] === ROLE.text && !(lines.marked(line) && HEADING.test(lines.plain(line)))) roles[line] = ROLE.note;
    quoted[line] = 1;
  }
}

/** Finds the notes and gives their lines the role of notes. */
export function findNotes(lines: Lines, roles: Roles): Notes {
  const notes = noteLines(lines, roles);
  const quoted = new Uint8Array(lines.count);
  if (pagesOf(lines, roles).length > 1) markPages(lines, roles, notes, quoted);
  else markUnpaged(lines, roles, notes, quoted);
  return { numbers: new Set(notes.map((note) => note.number)), first: notes[0]?.line ?? -1, quoted };
}
