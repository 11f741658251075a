// A region as lines: their bytes, and the plain text in which structure is recognised.

/** Most lines and longest line that are read; the same limits as of the generic profile. */
export const LINE_LIMITS = { lines: 2_000_000, bytes: 1_048_576 } as const;

/** Lines of a region; numbers are 0-based in the region, offsets are bytes of the file. */
export interface Lines {
  readonly count: number;
  /** 1-based line of the file. */
  fileLine(line: number): number;
  start(line: number): number;
  /** End of the line's content, before its line ending. */
  end(line: number): number;
  /** NFC, without Markdown marks, hidden characters and edge blanks; blanks are single spaces. */
  plain(line: number): string;
  /** Whether the line is written as a Markdown heading or is bold as a whole. */
  marked(line: number): boolean;
  /** Whether a form feed stands in the line. */
  breaksPage(line: number): boolean;
}

const HIDDEN = /[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\f\v]/g;
const ODD =
  /[*_#<>\\`\t\f\v\u00a0\u00ad\u00d0\u034f\u061c\u2000-\u200f\u202a-\u202f\u2060-\u206f\ufeff]|^[\s+-]|\s$|\s\s/;
const BULLET = /^[-+*]\s+(?=\d{1,3}\s?[.)]|[a-zđ]\d?\))/u;

/** A Latin capital Eth looks like the Vietnamese Đ and is typed for it. */
function plainText(line: string): string {
  if (!ODD.test(line)) return line;
  return line
    .replace(HIDDEN, "")
    .replaceAll("\u00d0", "Đ")
    .replace(/[\s\u00a0\u2000-\u200a\u202f]+/gu, " ")
    .trim()
    .replace(/^(?:> ?)+/, "")
    .replace(/^#{1,6} +/, "")
    .replace(/ +#+$/, "")
    .replace(/<\/?[a-z][^<>]{0,40}>/gi, "")
    .replace(BULLET, "")
    .replace(/\*+|(?<![\p{L}\d])_+|_+(?![\p{L}\d])|`+/gu, "")
    .replace(/\\(?=[^\p{L}\d\s])/gu, "")
    .trim();
}

const MARKED = /^[\s\ufeff>]*(?:#{1,6}\s|\*\*.*\*\*\s*$|__.*__\s*$|<(?:b|h[1-6]|strong)\b)/u;

/** Byte offsets at which lines start and end; LF, CRLF and a lone CR end a line. */
function offsets(bytes: Buffer, from: number, to: number): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let start = from;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at];
    if (byte !== 10 && byte !== 13) continue;
    starts.push(start);
    ends.push(at);
    if (byte === 13 && bytes[at + 1] === 10 && at + 1 < to) at += 1;
    start = at + 1;
  }
  if (start < to) {
    starts.push(start);
    ends.push(to);
  }
  return { starts, ends };
}

/** The first line over a limit, with the reason; offsets of lines are made with it because the limits guard them. */
export type LinesResult =
  | { readonly lines: Lines; readonly fault?: never }
  | { readonly fault: { readonly line: number; readonly reason: string }; readonly lines?: never };

/** The lines of a region of valid UTF-8. first_line: 1-based line of the file where the region begins. */
export function readLines(bytes: Buffer, from: number, to: number, first_line: number): LinesResult {
  const { starts, ends } = offsets(bytes, from, to);
  if (starts.length > LINE_LIMITS.lines)
    return { fault: { line: first_line + LINE_LIMITS.lines, reason: `more than ${LINE_LIMITS.lines} lines` } };
  const long = starts.findIndex((start, line) => (ends[line] ?? start) - start > LINE_LIMITS.bytes);
  if (long >= 0)
    return { fault: { line: first_line + long, reason: `the line is longer than ${LINE_LIMITS.bytes} bytes` } };
  const texts = bytes
    .toString("utf8", from, to)
    .normalize("NFC")
    .split(/\r\n|\r|\n/);
  const plains = new Array<string | undefined>(texts.length);
  const plain = (line: number): string => (plains[line] ??= plainText(texts[line] ?? ""));
  return {
    lines: {
      count: starts.length,
      fileLine: (line) => first_line + line,
      start: (line) => starts[line] ?? to,
      end: (line) => ends[line] ?? to,
      plain,
      marked: (line) => MARKED.test(texts[line] ?? ""),
      breaksPage: (line) => (texts[line] ?? "").includes("\f"),
    },
  };
}
