// A region as lines: their bytes, and the plain text in which structure is recognised.
import { isMarked, isTableRow, plainText } from "./vn-law-1-plain.ts";

/** Most lines and longest line that are read; the same limits as of the generic profile. */
const LINE_LIMITS = { lines: 2_000_000, bytes: 1_048_576 } as const;

/** Lines of a region; numbers are 0-based in the region, offsets are bytes of the file. */
export interface Lines {
  readonly count: number;
  /** 1-based line of the file, as LF, CRLF and CR count them: several lines of the region may stand in one of the file. */
  fileLine(line: number): number;
  start(line: number): number;
  /** End of the line's content, before its line ending. */
  end(line: number): number;
  /** NFC, without Markdown marks, hidden characters and edge blanks; blanks are single spaces. */
  plain(line: number): string;
  /** Whether the line is written as a Markdown heading or is bold as a whole. */
  marked(line: number): boolean;
  /** Whether a form feed stands in the line or ends the one before. */
  breaksPage(line: number): boolean;
  /** Whether the line stands behind the `>` of a Markdown quote. */
  behindMark(line: number): boolean;
  /** Whether the line is a row of a Markdown table. */
  inTable(line: number): boolean;
  /** Whether the line begins inside a line of the file, behind the end of a sentence. */
  glued(line: number): boolean;
  /** Whether the line is nothing but so many blanks that it rules off the foot of a printed page. */
  rulesOff(line: number): boolean;
}

const LF = 10;
const VT = 11;
const FF = 12;
const CR = 13;

/** Bytes of a line ending beyond LF and CR: vertical tab, NEL, line and paragraph separator; 0 for none. */
function softEnd(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === VT) return 1;
  if (byte === 0xc2) return bytes[at + 1] === 0x85 ? 2 : 0;
  return byte === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9) ? 3 : 0;
}

const isBlankByte = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/**
 * Lines under construction. froms, tos: the same as starts and ends, in the characters of the region's text. file: line of the file,
 * 0-based in the region. glued: lines that begin inside another.
 */
interface Table {
  readonly starts: number[];
  readonly ends: number[];
  readonly froms: number[];
  readonly tos: number[];
  readonly file: number[];
  readonly glued: Set<number>;
  readonly paged: Set<number>;
}

const COMPOSED = ["Điều ", "ĐIỀU ", "Chương ", "CHƯƠNG "].map((word) => Buffer.from(word, "utf8"));
const WORDS = [...COMPOSED, ...COMPOSED.map((word) => Buffer.from(word.toString("utf8").normalize("NFD"), "utf8"))];
/** A heading that follows a sentence on its line: number, stop, and a name that begins large; chapters only with a name in capitals. */
const GLUED =
  /^[*_#]*\s*(?:(?:Điều|ĐIỀU)\s+\d{1,4}(?:-?[a-zđ])?\s?[.:]\s*[*_]*\s*\p{Lu}\p{L}*|(?:Chương|CHƯƠNG)\s+[IVXLC]+\s*[.:–-]?\s*[*_]*\s*\p{Lu}{2,}\s\p{Lu}+)/u;

/** Glued headings that are looked for: with more, the text has more headings than are weighed, and is refused. */
const MOST_GLUED = 100_000;

/** Offsets inside the region at which a heading is glued to the end of a sentence. composed: the text is in NFC. */
function gluedAt(bytes: Buffer, from: number, to: number, composed: boolean): ReadonlySet<number> {
  const found = new Set<number>();
  for (const word of composed ? COMPOSED : WORDS) {
    for (let at = bytes.indexOf(word, from); at >= 0 && at < to; at = bytes.indexOf(word, at + word.length)) {
      if (found.size > MOST_GLUED) return found;
      let start = at;
      while (start > from && (bytes[start - 1] === 42 || bytes[start - 1] === 95)) start -= 1;
      let before = start;
      while (before > from && isBlankByte(bytes[before - 1])) before -= 1;
      if (before === from || !endsSentenceAt(bytes, before)) continue;
      const [text = ""] = bytes.toString("utf8", start, Math.min(to, start + 160)).split(/[\r\n]/u, 1);
      if (GLUED.test(text.normalize("NFC"))) found.add(start);
    }
  }
  return found;
}

/** A heading behind whatever text: only where a hint says that the line holds one. */
const SAID =
  /[*_]*(?:[ĐÐƉD]\s?i\s?[eêềếểễệèé]\s?u|Ch[ưu][ơo]ng|CH[ƯU][ƠO]NG|Mục|MỤC|Tiểu mục|TIỂU MỤC|Phần|PHẦN)\s*(?:thứ\s)?\s*[\dIVXLCl]+/gu;

/** Offsets at which a heading stands inside a line that a hint calls one; none where it begins the line. */
function saidAt(bytes: Buffer, from: number, to: number, headings: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set<number>();
  let line = 0;
  for (let start = from; headings.size > 0 && start < to; line += 1) {
    let end = start;
    while (end < to && bytes[end] !== LF && bytes[end] !== CR) end += 1;
    if (headings.has(line)) {
      const text = bytes.toString("utf8", start, end);
      const heads = [...text.matchAll(SAID)];
      const inside = heads.find(({ index }) => /[\p{L}\p{N}]/u.test(text.slice(0, index)));
      if (inside !== undefined && heads[0] === inside)
        found.add(start + Buffer.byteLength(text.slice(0, inside.index)));
    }
    start = end + (bytes[end] === CR && bytes[end + 1] === LF && end + 1 < to ? 2 : 1);
  }
  return found;
}

/** Whether a sentence ends right before an offset: stop, semicolon, or one of them before a closing mark or bold marks. */
function endsSentenceAt(bytes: Buffer, at: number): boolean {
  let end = at;
  while (bytes[end - 1] === 42 || bytes[end - 1] === 95) end -= 1;
  // ” is three bytes.
  if (bytes[end - 1] === 0x9d && bytes[end - 2] === 0x80 && bytes[end - 3] === 0xe2) end -= 3;
  const byte = bytes[end - 1];
  return byte === 46 || byte === 59 || byte === 33 || byte === 63;
}

/** Lines end at LF, CRLF, CR, vertical tab, NEL, line and paragraph separator, at a form feed behind text, and before a glued heading. */
function tableOf({ bytes, from, to, composed }: Region, headings: ReadonlySet<number>): Table {
  const table: Table = { starts: [], ends: [], froms: [], tos: [], file: [], glued: new Set(), paged: new Set() };
  const glued = new Set([...gluedAt(bytes, from, to, composed), ...saidAt(bytes, from, to, headings)]);
  let start = from;
  let fileLine = 0;
  let visible = false;
  // Bytes that are no characters of their own before a place, less those that are two: what an offset in characters lacks.
  let inner = 0;
  let innerAtStart = 0;
  const push = (end: number, next: number, width: number): void => {
    table.starts.push(start);
    table.ends.push(end);
    table.froms.push(start - from - innerAtStart);
    table.tos.push(end - from - inner);
    table.file.push(fileLine);
    start = next;
    inner += width;
    innerAtStart = inner;
    visible = false;
  };
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === LF || byte === CR) {
      const end = at;
      if (byte === CR && bytes[at + 1] === LF && at + 1 < to) at += 1;
      push(end, at + 1, 0);
      fileLine += 1;
      continue;
    }
    if (byte > 32 && byte < 0xc0) {
      visible = true;
      if (byte > 0x7f) inner += 1;
      else if (glued.size > 0 && glued.has(at)) {
        push(at, at, 0);
        table.glued.add(table.starts.length);
        visible = true;
      }
      continue;
    }
    if (glued.size > 0 && glued.has(at)) {
      push(at, at, 0);
      table.glued.add(table.starts.length);
    }
    // Four bytes are two characters.
    if (byte > 0xef) inner -= 1;
    if (byte === FF) {
      if (visible) {
        push(at, at + 1, 0);
        table.paged.add(table.starts.length);
      }
      continue;
    }
    const soft = byte === VT || byte >= 0xc0 ? softEnd(bytes, at) : 0;
    if (soft > 0) {
      push(at, at + soft, soft - 1);
      at += soft - 1;
    } else if (byte > 32) visible = true;
  }
  if (start < to) push(to, to, 0);
  return table;
}

/** The lines and the text of the region; or the first line over a limit, with the reason: the limits guard the making of offsets. */
export type LinesResult =
  | { readonly lines: Lines; readonly text: string; readonly fault?: never }
  | { readonly fault: { readonly line: number; readonly reason: string }; readonly lines?: never };

/** Blanks that rule off the notes of a page where the printed rule itself is lost. */
const RULE_OF_BLANKS = 20;

/** Where the lines of a region stand in the file. first_line: 1-based; headings: lines of the file that hints call headings. */
export interface LinesInFile {
  readonly first_line: number;
  readonly headings: readonly number[];
}

/** A region of valid UTF-8 in its file. composed: whether it is in NFC. */
interface Region {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly composed: boolean;
}

/** Whether a line that begins with this byte begins with a letter or a digit, as nearly all do. */
const beginsPlain = (byte: number): boolean =>
  (byte > 47 && byte < 58) ||
  ((byte | 32) > 96 && (byte | 32) < 123) ||
  byte === 0xc3 ||
  byte === 0xc4 ||
  byte === 0xc6;

/** The lines of a region of valid UTF-8. */
export function readLines(bytes: Buffer, from: number, to: number, { first_line, headings }: LinesInFile): LinesResult {
  const said = new Set(headings.map((line) => line - first_line));
  const text = bytes.toString("utf8", from, to);
  // What is in NFC as a whole is so line by line.
  const composed = text.normalize("NFC") === text;
  const { starts, ends, froms, tos, file, glued, paged } = tableOf({ bytes, from, to, composed }, said);
  if (starts.length > LINE_LIMITS.lines)
    return {
      fault: { line: first_line + (file[LINE_LIMITS.lines] ?? 0), reason: `more than ${LINE_LIMITS.lines} lines` },
    };
  const long = starts.findIndex((start, line) => (ends[line] ?? start) - start > LINE_LIMITS.bytes);
  if (long >= 0)
    return {
      fault: { line: first_line + (file[long] ?? 0), reason: `the line is longer than ${LINE_LIMITS.bytes} bytes` },
    };
  const start = (line: number): number => starts[line] ?? to;
  const end = (line: number): number => ends[line] ?? to;
  const raw = (line: number): string => (line < 0 || line >= starts.length ? "" : text.slice(froms[line], tos[line]));
  const plains = new Array<string | undefined>(starts.length);
  const plain = (line: number): string =>
    (plains[line] ??= plainText(composed ? raw(line) : raw(line).normalize("NFC")));
  const first = (line: number): number => {
    let at = start(line);
    while (isBlankByte(bytes[at]) && at < end(line)) at += 1;
    return at < end(line) ? (bytes[at] ?? 0) : 0;
  };
  return {
    text,
    lines: {
      count: starts.length,
      fileLine: (line) => first_line + (file[line] ?? file.at(-1) ?? 0),
      start,
      end,
      plain,
      marked: (line) => !beginsPlain(bytes[start(line)] ?? 0) && isMarked(raw(line)),
      breaksPage: (line) => paged.has(line) || bytes.subarray(start(line), end(line)).includes(FF),
      behindMark: (line) => first(line) === 62,
      inTable: (line) => first(line) === 124 && isTableRow(raw(line)),
      glued: (line) => glued.has(line),
      rulesOff: (line) => end(line) - start(line) >= RULE_OF_BLANKS && first(line) === 0,
    },
  };
}
