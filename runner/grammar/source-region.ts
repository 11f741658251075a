// Which bytes of a file are the document: all of it, or what stands between two sentinel lines.
import { isUtf8 } from "node:buffer";
import type { ByteSpan, Finding, Refusal } from "../model/manifest.ts";
import { foreignKind, foreignKindText } from "./source-kind.ts";

const BEGIN = "<!-- CUT:BEGIN -->";
const END = "<!-- CUT:END -->";
const SENTINEL = /<!--[ \t]*(?:CUT|cut):(?:BEGIN|END|begin|end)[ \t]*-->/g;
const LF = 10;
const CR = 13;

/** bom: bytes of a byte order mark at the region's start. first_line: 1-based line of the file where the region begins. */
export interface SourceRegion extends ByteSpan {
  readonly bom: number;
  readonly first_line: number;
}
/** The region with its findings, or why the file has none. */
export type RegionResult =
  | { readonly region: SourceRegion; readonly findings: readonly Finding[]; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly region?: never };

const refuse = (line: number, reason: string): Refusal => ({ code: "STOP_REFUSED_INPUT", line, reason });

/** 1-based line of a byte offset; LF, CRLF and a lone CR end a line. */
function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at += 1) {
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) line += 1;
  }
  return line;
}

/** Bytes of a byte order mark at `offset`: 3 or 0. */
const bomAt = (bytes: Buffer, offset: number): number =>
  bytes[offset] === 0xef && bytes[offset + 1] === 0xbb && bytes[offset + 2] === 0xbf ? 3 : 0;

/** Offset of the first piece between `separator` bytes that is not UTF-8. A character never spans a line end. */
function firstBadPiece(bytes: Buffer, separator: number): number {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(separator, start);
    const end = found < 0 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(start, end))) return start;
    start = end;
  }
  return 0;
}

/**
 * A file of another kind or encoding by its name, else the first line that is not UTF-8, as a refusal. The check knows
 * no place, so on failure pieces are tried one by one.
 */
export function encodingRefusal(bytes: Buffer): Refusal | undefined {
  const foreign = foreignKind(bytes);
  if (foreign) return refuse(1, foreignKindText(foreign));
  if (isUtf8(bytes)) return undefined;
  const start = firstBadPiece(bytes, LF);
  const feed = bytes.indexOf(LF, start);
  const within = firstBadPiece(bytes.subarray(start, feed < 0 ? bytes.length : feed), CR);
  return refuse(lineAt(bytes, start + within), "the line is not UTF-8");
}

/** The first NUL as a refusal: no text column of PostgreSQL can hold it. */
export function nulRefusal(bytes: Buffer): Refusal | undefined {
  const at = bytes.indexOf(0);
  return at < 0 ? undefined : refuse(lineAt(bytes, at), "the line holds a NUL byte");
}

interface SentinelLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Lines that hold a sentinel; `exact` ones are nothing but it (a byte order mark may stand before it on the first line). */
function sentinelLines(bytes: Buffer): { exact: SentinelLine[]; similar: number[] } {
  const exact: SentinelLine[] = [];
  const similar: number[] = [];
  // Searching bytes is much cheaper than making a string of them, and nearly no document has sentinels.
  if (!bytes.includes("CUT:") && !bytes.includes("cut:")) return { exact, similar };
  for (const match of bytes.toString("latin1").matchAll(SENTINEL)) {
    const start = match.index;
    const end = start + match[0].length;
    const before = bytes[start - 1];
    const opens = start === bomAt(bytes, 0) || before === LF || before === CR;
    const closes = end === bytes.length || bytes[end] === LF || bytes[end] === CR;
    if (opens && closes && (match[0] === BEGIN || match[0] === END)) {
      exact.push({ text: match[0], start, end, next: end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1) });
    } else similar.push(start);
  }
  return { exact, similar };
}

/** The region of a file, or the refusal of sentinels that are not exactly one BEGIN line before exactly one END line. */
export function findRegion(bytes: Buffer): RegionResult {
  const { exact, similar } = sentinelLines(bytes);
  const findings = similar.slice(0, 20).map((at): Finding => ({
    code: "sentinel_lookalike",
    line: lineAt(bytes, at),
    text: "looks like a sentinel but is not a line of exactly that text: read as text",
  }));
  if (exact.length === 0) {
    return { region: { byte_start: 0, byte_end: bytes.length, bom: bomAt(bytes, 0), first_line: 1 }, findings };
  }
  const [begin, end, third] = exact;
  const at = (line: SentinelLine): number => lineAt(bytes, line.start);
  if (begin === undefined || begin.text !== BEGIN)
    return { refusal: refuse(begin ? at(begin) : 1, `${END} stands before any ${BEGIN}`) };
  if (end === undefined) return { refusal: refuse(at(begin), `${BEGIN} has no ${END}`) };
  if (end.text !== END) return { refusal: refuse(at(end), `${BEGIN} stands there a second time`) };
  if (third !== undefined) return { refusal: refuse(at(third), `${third.text} stands there a second time`) };
  const region = {
    byte_start: begin.next,
    byte_end: end.start,
    bom: bomAt(bytes, begin.next),
    first_line: at(begin) + 1,
  };
  return { region, findings };
}
