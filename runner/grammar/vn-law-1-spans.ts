// Where titles and bodies stand in the bytes, and which bytes are only marks around them.
import type { Lines } from "./vn-law-1-lines.ts";

/** Half-open range of bytes of the file; empty when start = end. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const LF = 10;
const CR = 13;
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === 11 || byte === 12;
/** `#`, `*`, `_`, `>` and backtick: Markdown that surrounds a title. */
const isMark = (byte: number | undefined): boolean =>
  byte === 35 || byte === 42 || byte === 95 || byte === 62 || byte === 96;

/**
 * Bytes of a blank or hidden character beyond ASCII that begins here: no-break space, soft hyphen, zero-width and
 * directional marks, byte order mark.
 */
function hiddenAt(bytes: Uint8Array, at: number): number {
  const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (a === 0xc2 && (b === 0xa0 || b === 0xad)) return 2;
  if (a === 0xe2 && b === 0x80 && c !== undefined && ((c >= 0x80 && c <= 0x8f) || (c >= 0xaa && c <= 0xaf))) return 3;
  if (a === 0xe2 && b === 0x81 && c !== undefined && c >= 0xa0 && c <= 0xaf) return 3;
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

/** Bytes of a mark, blank or hidden character that begins here, 0 for text. `ends`: line endings count as blanks. */
function surroundAt(bytes: Uint8Array, at: number, ends: boolean): number {
  const byte = bytes[at];
  if (isBlank(byte) || isMark(byte) || (ends && (byte === LF || byte === CR))) return 1;
  return hiddenAt(bytes, at);
}

function trimStart(bytes: Uint8Array, from: number, to: number, ends: boolean): number {
  let at = from;
  while (at < to) {
    const width = surroundAt(bytes, at, ends);
    if (width === 0) break;
    at += width;
  }
  return Math.min(at, to);
}

function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  for (;;) {
    if (end > from && surroundAt(bytes, end - 1, false) === 1) end -= 1;
    else if (end - 2 >= from && hiddenAt(bytes, end - 2) === 2) end -= 2;
    else if (end - 3 >= from && hiddenAt(bytes, end - 3) === 3) end -= 3;
    else return end;
  }
}

/** Bullets and table bars in front of a heading or a number. */
const BULLETS = /^(?:[-+|–•▪●◦·■○]\s+)+/u;

/** Bytes of UTF-8 that the characters in it begin with. */
const BULLET_BYTES: ReadonlySet<number> = new Set(Buffer.from("-+|–•·").filter((byte) => byte < 0x80 || byte > 0xbf));

/** Skips list bullets in front of a number or a heading. */
function afterBullet(bytes: Buffer, at: number, to: number): number {
  if (!BULLET_BYTES.has(bytes[at] ?? 0)) return at;
  const match = BULLETS.exec(bytes.toString("utf8", at, Math.min(to, at + 40)));
  return match === null ? at : trimStart(bytes, at + Buffer.byteLength(match[0], "utf8"), to, false);
}

/** Bytes of a line ending beyond LF and CR, or of `<br>`, that begins here; 0 for none. */
function breakAt(bytes: Uint8Array, at: number): number {
  const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (a === LF || a === CR || a === 11) return 1;
  if (a === 0xc2 && b === 0x85) return 2;
  if (a === 0xe2 && b === 0x80 && (c === 0xa8 || c === 0xa9)) return 3;
  if (a !== 60 || ((b ?? 0) | 32) !== 98 || ((c ?? 0) | 32) !== 114) return 0;
  let end = at + 3;
  while (isBlank(bytes[end]) || bytes[end] === 47) end += 1;
  return bytes[end] === 62 ? end + 1 - at : 0;
}

/** Runs of line endings inside a title, with the blanks and marks around them: what the title shows as one blank. */
export function titleBreaks(bytes: Uint8Array, title: Span): Span[] {
  const found: Span[] = [];
  let run = -1;
  let broken = false;
  for (let at = title.start; at < title.end;) {
    const end = breakAt(bytes, at);
    const width = end > 0 ? end : surroundAt(bytes, at, false);
    if (width > 0) {
      if (run < 0) run = at;
      broken ||= end > 0;
      at += width;
      continue;
    }
    if (broken) found.push({ start: run, end: at });
    run = -1;
    broken = false;
    at += 1;
  }
  return found;
}

/** The title as it is shown and stored: its bytes with each break as one blank. */
export function titleText(bytes: Buffer, title: Span, breaks: readonly Span[]): string {
  const parts: string[] = [];
  let from = title.start;
  for (const one of breaks) {
    parts.push(bytes.toString("utf8", from, one.start));
    from = one.end;
  }
  parts.push(bytes.toString("utf8", from, title.end));
  return parts.join(" ");
}

/** A heading that is a link of Markdown as a whole, with a target that shows no blank. */
const LINK = /^\[([^[\]]+)\]\([^()\s]*\)$/u;

/** The title in lines first..last: without marks, blanks and hidden characters at its edges; of a link what it shows. */
export function titleSpan(bytes: Buffer, lines: Lines, first: number, last: number): Span {
  const start = afterBullet(bytes, trimStart(bytes, lines.start(first), lines.end(first), false), lines.end(first));
  const end = trimEnd(bytes, start, lines.end(last));
  const link = bytes[start] === 91 && first === last ? LINK.exec(bytes.toString("utf8", start, end)) : null;
  return link === null
    ? { start, end }
    : { start: start + 1, end: start + 1 + Buffer.byteLength(link[1] ?? "", "utf8") };
}

/** The bytes of a title that are no more than its number: `Điều 5.`; `pattern` is matched on the title's bytes read as Latin-1. */
export function numberSpan(bytes: Buffer, title: Span, pattern: RegExp): Span {
  const match = pattern.exec(bytes.toString("latin1", title.start, Math.min(title.end, title.start + 200)));
  return match === null ? title : { start: title.start, end: title.start + match[0].length };
}

/** Body of a unit, and the end of the unit: behind an empty body there may be marks of the title's line. */
export interface BodySpan extends Span {
  readonly unit_end: number;
}

function afterInline(bytes: Uint8Array, title: Span, limit: number): number {
  let at = title.end;
  // Marks that were opened before the number close right behind it; others belong to the text.
  if (isMark(bytes[title.start - 1])) while (at < limit && isMark(bytes[at])) at += 1;
  while (at < limit && (isBlank(bytes[at]) || hiddenAt(bytes, at) > 0)) at += hiddenAt(bytes, at) || 1;
  return Math.min(at, limit);
}

/** A title, the line up to which its body may reach, and whether the text goes on behind the title on its line. */
export interface TitleBefore {
  readonly title: Span;
  readonly until: number;
  readonly inline: boolean;
}

/** What follows a title, to the last line that is not blank. */
export function bodySpan(bytes: Uint8Array, lines: Lines, { title, until, inline }: TitleBefore): BodySpan {
  const limit = Math.max(title.end, until > 0 ? lines.end(until - 1) : 0);
  let start = inline
    ? afterInline(bytes, title, limit)
    : trimStart(bytes, title.end, lineEnd(bytes, title.end, limit), false);
  while (start < limit && (bytes[start] === LF || bytes[start] === CR || isBlank(bytes[start]))) start += 1;
  let end = limit;
  while (end > start && (isBlank(bytes[end - 1]) || bytes[end - 1] === LF || bytes[end - 1] === CR)) end -= 1;
  if (start < end) return { start, end, unit_end: end };
  while (end > title.end && (isBlank(bytes[end - 1]) || bytes[end - 1] === LF || bytes[end - 1] === CR)) end -= 1;
  return { start: title.end, end: title.end, unit_end: end };
}

function lineEnd(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit && bytes[at] !== LF && bytes[at] !== CR) at += 1;
  return at;
}
