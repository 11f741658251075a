// Does nothing get lost? Separators, heading markup and the titles and bodies of the rows, in order, are the region.
import type { ByteSpan, Manifest, ManifestUnit } from "../model/manifest.ts";
import type { Verdict } from "../model/stop.ts";

/** What a row must bring, in the manifest's order: from the plan, or read back from the database. */
export interface UnitText {
  readonly title: string;
  readonly body: string;
}

/** units, separators: how many; bytes: length of the region, all of it accounted for. */
export interface Coverage {
  readonly units: number;
  readonly separators: number;
  readonly bytes: number;
}

/** Proven with its coverage, or STOP_INVARIANT_FAILED. */
export type LosslessResult =
  { readonly ok: true; readonly coverage: Coverage } | { readonly ok: false; readonly verdict: NonNullable<Verdict> };

/** at: byte of the file where the proof breaks. */
interface Break {
  readonly at: number;
  readonly saw: string;
  readonly wanted: string;
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9;
const isLineEnd = (byte: number | undefined): boolean => byte === 10 || byte === 13;
const HASH = 35;

/** Offset of the first byte between `from` and `to` that a test does not allow, or `to`. */
function runOf(bytes: Uint8Array, from: number, to: number, allowed: (byte: number | undefined) => boolean): number {
  let at = from;
  while (at < to && allowed(bytes[at])) at += 1;
  return at;
}

/** A page break (form feed) and a vertical tab move the paper and carry no text; grammars count them as blank too. */
const movesPaper = (byte: number | undefined): boolean => byte === 11 || byte === 12;

/** Bytes of NEL, line separator or paragraph separator, which end lines as LF does; 0 for anything else. */
function lineEndBeyondAscii(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0x85 ? 2 : 0;
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9) ? 3 : 0;
}

/** Blank lines only: what stands between units must not be text that no row carries. */
function textBetween(bytes: Uint8Array, span: ByteSpan): Break | undefined {
  let at = span.byte_start;
  for (;;) {
    at = runOf(bytes, at, span.byte_end, (byte) => isBlank(byte) || isLineEnd(byte) || movesPaper(byte));
    const width = lineEndBeyondAscii(bytes, at);
    if (at >= span.byte_end || width === 0) break;
    at += width;
  }
  return at >= span.byte_end
    ? undefined
    : { at, saw: "text that belongs to no unit", wanted: "blank lines between units" };
}

/** Around titles of a law: blanks, line ends, Markdown marks, a bullet, characters nobody sees. Nothing a row would have to carry. */
const SURROUNDS = /^[\s\u0085#*_>`|+\u002d–•▪●◦·■○\u00a0\u00ad\u200b-\u200f\u202a-\u202f\u2060-\u206f\ufeff]*$/u;
/** A title that is a link: the bracket before it, and behind it the target, which shows nothing. */
const LINK_OPENS = /\[$/u;
const LINK_ENDS = /^\]\([^()\s]*\)/u;
/** What a title may show as one blank: the same around a line ending, or the tag that stands for one. */
const LINE_BREAK = /[\n\r\v\u0085\u2028\u2029]|<br[ \t/]*>/iu;

/** Marks of a unit of a law, from `from` to `to`. */
function lawMarkup(bytes: Buffer, unit: ManifestUnit, from: number, to: number): Break | undefined {
  const marks = bytes
    .toString("utf8", Math.min(from, to), to)
    .replace(to === unit.title_start ? LINK_OPENS : LINK_ENDS, "");
  if (to >= from && SURROUNDS.test(marks)) return undefined;
  return {
    at: from,
    saw: `text beside the title of ${unit.address} that belongs to no row`,
    wanted: "marks and blanks",
  };
}

/** Up to three spaces, the `#`s of the depth, blanks: nothing else may stand between a unit's start and its title. */
function openingMarkup(bytes: Buffer, unit: ManifestUnit): Break | undefined {
  if (unit.level !== undefined) return lawMarkup(bytes, unit, unit.byte_start, unit.title_start);
  const hashes = runOf(bytes, unit.byte_start, unit.title_start, (byte) => byte === 32);
  const after = runOf(bytes, hashes, unit.title_start, (byte) => byte === HASH);
  const end = runOf(bytes, after, unit.title_start, isBlank);
  if (hashes - unit.byte_start <= 3 && after - hashes === unit.depth && end === unit.title_start && end > after)
    return undefined;
  return {
    at: end,
    saw: `something else before the title of ${unit.address}`,
    wanted: `heading markup of depth ${unit.depth}`,
  };
}

/** Between title and `to`: blanks, a closing sequence of `#`, then blank lines. */
function closingMarkup(bytes: Buffer, unit: ManifestUnit, to: number): Break | undefined {
  if (unit.level !== undefined) return lawMarkup(bytes, unit, unit.title_end, to);
  const hashes = runOf(bytes, unit.title_end, to, isBlank);
  const after = hashes === unit.title_end ? hashes : runOf(bytes, hashes, to, (byte) => byte === HASH);
  const end = runOf(bytes, after, to, (byte) => isBlank(byte) || isLineEnd(byte));
  return end === to
    ? undefined
    : { at: end, saw: `something else after the title of ${unit.address}`, wanted: "heading markup and blank lines" };
}

/** Where texts are written to be compared; a plan has tens of thousands of them. */
let scratch = Buffer.alloc(65_536);

/** Whether the UTF-8 of a text is what stands from `start` to `end`. A text that is too long for the room fills more than is wanted. */
function sameText(bytes: Buffer, start: number, end: number, text: string): boolean {
  const wanted = Math.min(end, bytes.length) - start;
  if (wanted < 0) return false;
  if (scratch.length < wanted + 8) scratch = Buffer.alloc(2 * wanted + 8);
  return (
    scratch.write(text, 0, wanted + 8, "utf8") === wanted &&
    bytes.compare(scratch, 0, wanted, start, start + wanted) === 0
  );
}

function textDiffers(
  bytes: Buffer,
  [start, end]: readonly [number, number],
  text: string,
  what: string,
): Break | undefined {
  if (sameText(bytes, start, end, text)) return undefined;
  const source = bytes.subarray(start, end);
  const own = Buffer.from(text, "utf8");
  const length = Math.min(source.length, own.length);
  const at = source.findIndex((byte, index) => index >= length || byte !== own[index]);
  return {
    at: start + (at < 0 ? length : at),
    saw: `${what} of ${own.length} bytes that differ from the source`,
    wanted: `the ${source.length} bytes of the source`,
  };
}

/** The title of a row is the title's bytes with each recorded break as one blank; breaks hold nothing a row would have to carry. */
function titleDiffers(bytes: Buffer, unit: ManifestUnit, title: string): Break | undefined {
  const pieces: Buffer[] = [];
  let from = unit.title_start;
  for (const { byte_start, byte_end } of unit.title_breaks ?? []) {
    const text = bytes.toString("utf8", byte_start, byte_end);
    const inside = byte_start > from && byte_end > byte_start && byte_end < unit.title_end;
    if (!inside || !LINE_BREAK.test(text) || !SURROUNDS.test(text.replace(/<br[ \t/]*>/giu, ""))) {
      return {
        at: byte_start,
        saw: `text in the title of ${unit.address} that its row does not carry`,
        wanted: "line endings, marks and blanks",
      };
    }
    pieces.push(bytes.subarray(from, byte_start), BLANK);
    from = byte_end;
  }
  if (pieces.length === 0)
    return textDiffers(bytes, [unit.title_start, unit.title_end], title, `a title of ${unit.address}`);
  const shown = Buffer.concat([...pieces, bytes.subarray(from, unit.title_end)]);
  return (
    textDiffers(shown, [0, shown.length], title, `a title of ${unit.address}`) && {
      at: unit.title_start,
      saw: `a title of ${unit.address} that differs from the source`,
      wanted: "the bytes of the source, each break one blank",
    }
  );
}

const BLANK = Buffer.from(" ");

function unitBreaks(bytes: Buffer, unit: ManifestUnit, row: UnitText): Break | undefined {
  const { title_start, title_end, body_start, body_end } = unit;
  const own = body_start === title_start && body_end === title_end;
  if (
    title_start < unit.byte_start ||
    title_end <= title_start ||
    (!own && (body_start < title_end || unit.byte_end !== body_end || body_end <= body_start))
  ) {
    return {
      at: unit.byte_start,
      saw: `ranges of ${unit.address} that are out of order`,
      wanted: "markup, title, gap, body",
    };
  }
  return (
    openingMarkup(bytes, unit) ??
    titleDiffers(bytes, unit, row.title) ??
    closingMarkup(bytes, unit, own ? unit.byte_end : body_start) ??
    textDiffers(bytes, [body_start, body_end], row.body, `a body of ${unit.address}`)
  );
}

/** A law's own text stands in units; signatures before the annexes and everything behind the last article need not. */
function besides(before: ManifestUnit | undefined, after: ManifestUnit | undefined): boolean {
  if (before === undefined) return true;
  if (before.level === undefined) return false;
  return after === undefined ? before.level !== "annex" : after.level === "annex" && before.level !== "annex";
}

function firstBreak(bytes: Buffer, manifest: Manifest, rows: readonly UnitText[]): Break | undefined {
  const { region, units, separators } = manifest;
  if (rows.length !== units.length)
    return { at: region.byte_start, saw: `${rows.length} rows`, wanted: `${units.length} units` };
  let cursor = region.byte_start;
  let next = 0;
  const separator = (text: boolean): Break | undefined => {
    const span = separators[next];
    if (span === undefined || span.byte_start !== cursor) return undefined;
    next += 1;
    cursor = span.byte_end;
    return text ? undefined : textBetween(bytes, span);
  };
  for (const [index, unit] of units.entries()) {
    const row = rows[index];
    const found =
      separator(besides(units[index - 1], unit)) ??
      (unit.byte_start === cursor
        ? undefined
        : { at: cursor, saw: `a gap or overlap before ${unit.address}`, wanted: "bytes in order" }) ??
      (row === undefined ? undefined : unitBreaks(bytes, unit, row));
    if (found) return found;
    cursor = unit.byte_end;
  }
  return (
    separator(besides(units.at(-1), undefined)) ??
    (cursor === region.byte_end && next === separators.length
      ? undefined
      : { at: cursor, saw: "bytes that nothing covers", wanted: `cover up to byte ${region.byte_end}` })
  );
}

/**
 * Proves that separators, heading markup (the breaks inside titles among it) and the rows' titles and bodies, concatenated in
 * order, equal the region byte for byte, and that nothing but blank lines and the preamble (of a law also what stands
 * behind its last article) stays outside the rows. `bytes` is the file the offsets count in;
 * `rows` stand in the manifest's order. A failure is STOP_INVARIANT_FAILED and names the first byte, never the text.
 */
export function proveLossless(bytes: Uint8Array, manifest: Manifest, rows: readonly UnitText[]): LosslessResult {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { region } = manifest;
  const found =
    region.byte_end > source.length
      ? { at: source.length, saw: "a file shorter than the region", wanted: `${region.byte_end} bytes` }
      : firstBreak(source, manifest, rows);
  if (found)
    return {
      ok: false,
      verdict: {
        code: "STOP_INVARIANT_FAILED",
        facts: { saw: `byte ${found.at}: ${found.saw}`, wanted: found.wanted },
      },
    };
  return {
    ok: true,
    coverage: {
      units: manifest.units.length,
      separators: manifest.separators.length,
      bytes: region.byte_end - region.byte_start,
    },
  };
}
