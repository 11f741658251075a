// Footnotes of consolidated texts: numbered at the foot of pages, going on after a page break, or listed at the end.
import type { Lines } from "./vn-law-1-lines.ts";
import { pagesOf, ROLE, type Roles } from "./vn-law-1-furniture.ts";

/** numbers: of the notes found; first: line of the first note, -1 without notes. */
export interface Notes {
  readonly numbers: ReadonlySet<number>;
  readonly first: number;
}

interface Note {
  readonly number: number;
  readonly line: number;
  readonly bracketed: boolean;
}

const BODY = /^(?:\[(\d{1,3})\]|\((\d{1,3})\)(?=\s*\p{Lu})|(\d{1,3})(?= ["“]?\p{Lu}))/u;
const TERMINAL = /[.;:!?”"»)\]]$/u;
/** A note that ends so is complete; a colon or semicolon announces more. */
const CLOSED = /[.!?”"»)\]]$/u;
const ARTICLE = /^Điều \d+[a-zđ]?\./iu;
/** Numbers that may be missing between two notes. */
const MISSING = 3;
/** Lines before a note in which its marker is looked for. */
const BACK = 400;

/** Whether the marker of a note hangs on a word, a number of a unit or a heading between two lines. */
function hasMarker(lines: Lines, number: number, from: number, to: number): boolean {
  const marker = new RegExp(
    `[\\p{L}”",;)%][.;:,]?${number}(?!\\d|\\.\\d)|^\\d{1,3}[a-zđ]?\\.${number} |^[a-zđ]\\d?\\)${number} |\\(${number}\\)`,
    "u",
  );
  for (let line = to - 1; line >= from; line -= 1) if (marker.test(lines.plain(line))) return true;
  return false;
}

/** First line on which each bracketed number stands inside or behind other text. */
function bracketedMarkers(lines: Lines, roles: Roles): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text || !lines.plain(line).includes("[")) continue;
    for (const match of lines.plain(line).matchAll(/(?<=.)\[(\d{1,3})\]/gu)) {
      const number = Number(match[1]);
      if (!found.has(number)) found.set(number, line);
    }
  }
  return found;
}

/** Lines that open notes, numbered upwards, each with its marker before it. */
function noteLines(lines: Lines, roles: Roles): Note[] {
  const notes: Note[] = [];
  const markers = bracketedMarkers(lines, roles);
  let last = 0;
  let tried = 0;
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text) continue;
    const plain = lines.plain(line);
    const first = plain.charCodeAt(0);
    if (!(first >= 48 && first <= 57) && first !== 91 && first !== 40) continue;
    const match = BODY.exec(plain);
    const number = Number(match?.[1] ?? match?.[2] ?? match?.[3] ?? 0);
    if (match === null || number <= last || number > last + MISSING) continue;
    const bracketed = match[1] !== undefined;
    if (
      bracketed
        ? (markers.get(number) ?? line) >= line
        : (tried += 1) > 20 + 20 * notes.length || !hasMarker(lines, number, Math.max(0, line - BACK), line)
    )
      continue;
    notes.push({ number, line, bracketed });
    last = number;
  }
  return notes;
}

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

/** The foot of a page that opens notes: from the blank line above the first of them, where a note of the page before may go on. */
function footWithNotes(roles: Roles, page: { from: number; to: number }, note: number, goesOn: boolean): number {
  if (!goesOn) return note;
  let line = note;
  while (line > page.from && roles[line - 1] !== ROLE.blank) line -= 1;
  return line === page.from && roles[page.from] === ROLE.text ? note : line;
}

/** Where the open note of the page before goes on, on a page that opens none; `to` when nowhere. */
function footWithoutNotes(
  lines: Lines,
  roles: Roles,
  page: { from: number; to: number },
  bodyComplete: boolean,
): number {
  const first = firstText(roles, page.from, page.to);
  if (first === page.to) return page.to;
  const blank = nextBlank(roles, first, page.to);
  const afterBlank = firstText(roles, blank, page.to);
  const begins = lines.plain(first);
  if (ARTICLE.test(begins) || !bodyComplete) return afterBlank;
  const midSentence = /^[\p{Ll}“"]/u.test(begins);
  return midSentence || afterBlank === page.to ? first : afterBlank;
}

function markNotes(roles: Roles, from: number, to: number): void {
  for (let line = from; line < to; line += 1) if (roles[line] === ROLE.text) roles[line] = ROLE.note;
}

const isTitle = (text: string): boolean => /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text);

/** What is known where a page ends. noted: the page before has notes. */
interface PageEnd {
  readonly noted: boolean;
  readonly depth: number;
  readonly note: string;
  readonly body: string;
}

/** Reads a marked page: how its text and its notes end. newest: lines that open notes. */
function readPage(
  lines: Lines,
  roles: Roles,
  page: { from: number; to: number },
  opens: ReadonlySet<number>,
  before: PageEnd,
): PageEnd {
  let { depth, note, body } = before;
  let noted = false;
  for (let line = page.from; line < page.to; line += 1) {
    if (roles[line] === ROLE.text) body = lines.plain(line);
    if (roles[line] !== ROLE.note) continue;
    noted = true;
    if (opens.has(line)) depth = 0;
    note = lines.plain(line);
    for (const sign of note.match(/[“”]/gu) ?? []) depth = sign === "“" ? depth + 1 : Math.max(0, depth - 1);
  }
  return { noted, depth, note, body };
}

/** Foot notes page by page. */
function markPages(lines: Lines, roles: Roles, notes: readonly Note[]): void {
  const opens = new Set(notes.map((note) => note.line));
  let index = 0;
  let end: PageEnd = { noted: false, depth: 0, note: "", body: "" };
  for (const page of pagesOf(lines, roles)) {
    while (index < notes.length && (notes[index]?.line ?? 0) < page.from) index += 1;
    const first = notes[index]?.line ?? page.to;
    const open = end.noted && (end.depth > 0 || !CLOSED.test(end.note));
    const foot =
      first < page.to
        ? footWithNotes(roles, page, first, end.noted)
        : open
          ? footWithoutNotes(lines, roles, page, TERMINAL.test(end.body) || isTitle(end.body))
          : page.to;
    markNotes(roles, foot, page.to);
    end = readPage(lines, roles, page, opens, end);
  }
}

/** Without pages: each note to the next blank line; a list of bracketed notes behind all their markers to the end of the document. */
function markUnpaged(lines: Lines, roles: Roles, notes: readonly Note[]): void {
  const [first] = notes;
  if (first === undefined) return;
  const markers = bracketedMarkers(lines, roles);
  if (notes.every((note) => note.bracketed && (markers.get(note.number) ?? lines.count) < first.line))
    markNotes(roles, first.line, lines.count);
  else for (const note of notes) markNotes(roles, note.line, nextBlank(roles, note.line, lines.count));
}

/** Finds the notes and gives their lines the role of notes. */
export function findNotes(lines: Lines, roles: Roles): Notes {
  const notes = noteLines(lines, roles);
  if (pagesOf(lines, roles).length > 1) markPages(lines, roles, notes);
  else markUnpaged(lines, roles, notes);
  return { numbers: new Set(notes.map((note) => note.number)), first: notes[0]?.line ?? -1 };
}
