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

/** Bytes of a blank or hidden character beyond ASCII that begins here: no-break space, soft hyphen, zero-width and directional marks, byte order mark. */
export function hiddenAt(bytes: Uint8Array, at: number): number {
  const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (a === 0xc2 && (b === 0xa0 || b === 0xad)) return 2;
  if (a === 0xe2 && b === 0x80 && c !== undefined && ((c >= 0x80 && c <= 0x8f) || (c >= 0xaa && c <= 0xaf))) return 3;
  if (a === 0xe2 && b === 0x81 && c !== undefined && c >= 0xa0 && c <= 0xaf) return 3;
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

/** Bytes of a mark, blank or hidden character that begins here, 0 for text. `ends`: line endings count as blanks. */
export function surroundAt(bytes: Uint8Array, at: number, ends: boolean): number {
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

/** Skips a list bullet in front of a number. */
function afterBullet(bytes: Uint8Array, at: number, to: number): number {
  const bullet = (bytes[at] === 45 || bytes[at] === 43) && isBlank(bytes[at + 1]);
  return bullet ? trimStart(bytes, at + 1, to, false) : at;
}

/** The title in lines first..last: without marks, blanks and hidden characters at its edges. */
export function titleSpan(bytes: Uint8Array, lines: Lines, first: number, last: number): Span {
  const start = afterBullet(bytes, trimStart(bytes, lines.start(first), lines.end(first), false), lines.end(first));
  return { start, end: trimEnd(bytes, start, lines.end(last)) };
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

/** What follows a title up to line `until`, to the last line that is not blank. inline: the text goes on behind the title on its line. */
export function bodySpan(bytes: Uint8Array, lines: Lines, title: Span, until: number, inline: boolean): BodySpan {
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
