// Between which lines a number is missing, or would go on, so that a spoiled heading there can be one nobody has read.
import type { ManifestUnit, SeriesKind } from "../model/manifest.ts";
import { doubtfulOn, type Doubtful, type SoughtText } from "./doubtful-places.ts";
import { folded, quotedLines } from "./heading-count.ts";
import { numberLength } from "./spoiled-words.ts";

/** Lines from `from` up to before `to` (of {@link SoughtText}) in which numbers are sought, and the units on both sides. */
interface SoughtRange {
  readonly kind: SeriesKind;
  readonly numbers: readonly number[];
  readonly gap: boolean;
  readonly from: number;
  readonly to: number;
  readonly above: ManifestUnit | undefined;
  readonly below: ManifestUnit | undefined;
}

/**
 * A line that could be a heading that is missing. line: 1-based in the file. above, below: the units between which it is missing;
 * gap: whether it is, or would go on behind the last. misread: a unit whose own number may be read otherwise.
 */
export interface DoubtfulPlace {
  readonly kind: SeriesKind;
  readonly number: number;
  readonly line: number;
  readonly why: Doubtful["why"] | "misread";
  readonly gap: boolean;
  readonly above: ManifestUnit | undefined;
  readonly below: ManifestUnit | undefined;
}

const SECTIONS: readonly SeriesKind[] = ["part", "chapter", "section", "subsection"];
/** Numbers sought in one gap at most. */
const MOST_SOUGHT = 60;
/** Numbers that would go on behind the last article, so many at most. */
const BEHIND = 3;
/** Letters of a title by which its line is known where several stand in one of the file. */
const NAMED = 24;
/** Doubtful lines that are told of one gap. */
const TOLD = 20;

/** The number of a unit without its letter, 0 where it has none. */
export const majorOf = (unit: ManifestUnit | undefined): number => Number.parseInt(unit?.number ?? "0", 10);
const rankOf = (unit: ManifestUnit): number => {
  const rank = SECTIONS.findIndex((kind) => kind === unit.level);
  return rank < 0 ? SECTIONS.length : rank;
};
const numbersBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, Math.min(to - from - 1, MOST_SOUGHT)) }, (_, index) => from + 1 + index);

/** The lines of a law as the eye sees them, each with its line of the file, and the units with the lines they begin on. */
interface Seen extends SoughtText {
  /** 1 for lines inside quotations; made when it is first asked. */
  readonly quoted: () => Uint8Array;
  /** Whether a line is worth reading for a section where none is known to be missing. */
  readonly couldHead: (line: number) => boolean;
  readonly fileLines: readonly number[];
  readonly units: readonly { readonly unit: ManifestUnit; readonly at: number }[];
}

/** Where articles are missing: between two, before the first, and where they would go on behind the last. */
function articleRanges({ units, lines }: Seen): SoughtRange[] {
  const found: SoughtRange[] = [];
  let above: ManifestUnit | undefined;
  let from = 0;
  for (const { unit, at } of units) {
    if (unit.level !== "article") continue;
    const numbers = numbersBetween(majorOf(above), majorOf(unit));
    if (numbers.length > 0) found.push({ kind: "article", numbers, gap: true, from, to: at, above, below: unit });
    [above, from] = [unit, at];
  }
  const last = Math.max(0, ...units.map(({ unit }) => (unit.level === "article" ? majorOf(unit) : 0)));
  const numbers = numbersBetween(last, last + BEHIND + 1);
  return [...found, { kind: "article", numbers, gap: false, from, to: lines.length, above, below: undefined }];
}

/** The same of one kind of sections: between two of one scope, before the first of a scope, and behind its last. */
function sectionRanges(kind: SeriesKind, { units }: Seen, end: number): SoughtRange[] {
  const rank = SECTIONS.indexOf(kind);
  const found: SoughtRange[] = [];
  let above: ManifestUnit | undefined;
  let newest = 0;
  let from = 0;
  const close = (to: number): void => {
    const next = new Set([majorOf(above) + 1, ...(above === undefined ? [newest + 1] : [])]);
    found.push({ kind, numbers: [...next], gap: false, from, to, above, below: undefined });
  };
  for (const { unit, at } of units) {
    if (rankOf(unit) < rank) {
      close(at);
      [above, from] = [undefined, at];
    } else if (rankOf(unit) === rank) {
      const before = above === undefined && newest + 1 === majorOf(unit) ? newest : majorOf(above);
      const numbers = numbersBetween(before, majorOf(unit));
      if (numbers.length > 0) found.push({ kind, numbers, gap: true, from, to: at, above, below: unit });
      [above, newest, from] = [unit, majorOf(unit), at];
    }
  }
  close(end);
  return found;
}

/**
 * What a law is looked through for. lines: of the file, in NFC; soft: whether they may hold breaks that end no line of the file;
 * first_line: 1-based; end: line of the file where the last unit ends.
 */
export interface Searched {
  readonly soft: boolean;
  readonly lines: readonly string[];
  readonly first_line: number;
  readonly units: readonly ManifestUnit[];
  readonly end: number;
}

const SOFT = /[\v\f\u0085\u2028\u2029]|<br\s*\/?>/iu;
const SOFT_SIGNS = ["\v", "\f", "\u0085", "\u2028", "\u2029", "<"];

/** Whether a text can hold a break that ends no line of the file: looking for single signs is much faster than asking line by line. */
export const hasSoftBreaks = (text: string): boolean => SOFT_SIGNS.some((sign) => text.includes(sign));

/** Splits lines where the eye sees a break, and finds the units on them. */
function seen({ lines, soft, first_line, units }: Searched): Seen {
  const parts: string[] = [];
  const fileLines: number[] = [];
  const first: number[] = [];
  for (const [index, line] of lines.entries()) {
    first.push(parts.length);
    if (soft && SOFT.test(line)) {
      for (const part of line.split(SOFT)) {
        parts.push(part);
        fileLines.push(first_line + index);
      }
    } else {
      parts.push(line);
      fileLines.push(first_line + index);
    }
  }
  let quoted: Uint8Array | undefined;
  const placed: { unit: ManifestUnit; at: number }[] = [];
  for (const unit of units) {
    const from = first[unit.line - first_line] ?? 0;
    const to = first[unit.line - first_line + 1] ?? parts.length;
    const begins = to - from > 1 ? folded(unit.title).slice(0, NAMED) : "";
    let at = Math.min(Math.max(from, placed.at(-1)?.at ?? 0), to - 1);
    for (let one = at; one < to && to - from > 1; one += 1) {
      if (!folded(parts[one] ?? "").includes(begins)) continue;
      at = one;
      break;
    }
    placed.push({ unit, at });
  }
  const heads = new Uint8Array(parts.length);
  for (const { at } of placed) heads[at] = 1;
  // Whether a line is worth reading is asked for every kind of section.
  const couldHeads = new Uint8Array(parts.length);
  const isUnit = (line: number): boolean => heads[line] === 1;
  return {
    lines: parts,
    fileLines,
    quoted: () => (quoted ??= quotedLines(parts)),
    units: placed,
    isUnit,
    couldHead: (line) => {
      if (couldHeads[line] === 0)
        couldHeads[line] = couldHead(parts[line] ?? "", isUnit(line + 1) || isUnit(line + 2)) ? 2 : 1;
      return couldHeads[line] === 2;
    },
  };
}

/** A word of sections behind which a line ends, or has nothing but capitals. */
const ENDS_SO = /(?:C[hH][ưƯuU]\p{M}*[ơƠoO]\p{M}*[nN][gG]|M[ụỤuU]\p{M}*[cC]|P[hH][ầẦâÂaA]\p{M}*[nN])\s+\P{Ll}+$/u;

/** A short line that begins as a heading: large, with a sign for a letter, a number, or what is left of the word. */
const BEGINS_SO =
  /^[^\p{L}\p{N}]*(?:\p{Ll}\s+)?(?:\p{Lu}|\p{M}|[\d(|!?\ufffd]|h?[ưu]?[ơo]?ng|[ụu]c|ần|iểu|chương|mục|phần|[<&])/u;

/** Lines that are worth reading for a section where none is known to be missing: short ones, capitals, or a heading below. */
function couldHead(line: string, unitBelow: boolean): boolean {
  if (line.length < 24) return BEGINS_SO.test(line);
  return (unitBelow && line.length < 300) || !/\p{Ll}/u.test(line.slice(12, 48)) || ENDS_SO.test(line);
}

/** Every line that could be a heading whose number is missing or goes on, in the order of the lines. */
export function doubtfulPlaces(searched: Searched): DoubtfulPlace[] {
  const text = seen(searched);
  const behind = text.fileLines.findIndex((line) => line > searched.end);
  const end = behind < 0 ? text.lines.length : behind;
  const ranges = [...articleRanges(text), ...SECTIONS.flatMap((kind) => sectionRanges(kind, text, end))];
  return ranges.flatMap((range) => doubtsIn(text, range, end)).sort((one, other) => one.line - other.line);
}

/** Numbers that are missing before a unit whose number may be that of another with the marker of a note behind it: 2012 for 20. */
const MANY = 8;

/** Whether the unit below a gap could have the first missing number: its own is far off, and what is printed can be read otherwise. */
function misread(text: Seen, { kind, numbers, below, to }: SoughtRange): boolean {
  const [first] = numbers;
  if (first === undefined || below === undefined) return false;
  if (kind === "article") return numbers.length > MANY && String(majorOf(below)).startsWith(String(first));
  const line = (text.lines[to] ?? "").replace(/[*_`#<>]+/gu, " ");
  const [, token = ""] = /\p{L}[\p{L}\p{M}]*\s+(?:thứ\s+)?([\p{L}\d|!]+)/u.exec(line) ?? [];
  return token !== "" && numberLength(token.toLowerCase(), first, true) === token.length;
}

const OPENS = /^[\s*_#>-]*["“«„]/u;

/** Whether a line is quoted where no number is missing: inside a quotation that closes further down, or opened where one is announced. */
function isQuoted(text: Seen, at: number): boolean {
  const { lines } = text;
  const quoted = text.quoted();
  const line = lines[at] ?? "";
  if (!OPENS.test(line)) return quoted[at] === 1;
  let above = at - 1;
  while (above > 0 && (lines[above] ?? "").trim() === "") above -= 1;
  return /:["”\s*_]*$/u.test(lines[above] ?? "") || (quoted[at] === 1 && quoted[at + 1] === 1);
}

/** The doubtful lines of one range; behind the law only what goes on one after another. */
function doubtsIn(text: Seen, range: SoughtRange, end: number): DoubtfulPlace[] {
  const found: DoubtfulPlace[] = [];
  const { kind, gap, above, below } = range;
  const add = (number: number, at: number, why: DoubtfulPlace["why"]): void => {
    found.push({ kind, number, line: text.fileLines[at] ?? 0, why, gap, above, below });
  };
  const first = text.units[0]?.at ?? 0;
  let numbers = range.numbers;
  let last = -1;
  for (
    let at = range.from;
    at < Math.max(range.to, range.from + 1) && found.length < TOLD && numbers.length > 0;
    at += 1
  ) {
    if (!gap && kind !== "article" && !text.couldHead(at)) continue;
    const where = gap ? "gap" : at >= end ? "behind" : "law";
    const doubt = doubtfulOn(text, at, { kind, numbers: gap ? numbers : numbers.slice(0, 1), where });
    // Behind the law stand forms and lists: only what is written as an article with its name goes on there.
    if (doubt === undefined || (where === "behind" && doubt.why !== "spoiled")) continue;
    // A clause of quoted law is no article of this one.
    if (doubt.why === "word lost" && text.quoted()[at] === 1) continue;
    if ((!gap || doubt.why === "word lost") && isQuoted(text, at)) continue;
    // Navigation and lists of contents name what follows.
    if (!gap && at < first && text.units.some(({ unit }) => unit.level === kind && majorOf(unit) === doubt.number))
      continue;
    // A heading broken over lines is one place.
    if (found.at(-1)?.number === doubt.number && at - last < 4) continue;
    add(doubt.number, at, doubt.why);
    last = at;
    if (!gap) numbers = numbers.slice(1);
  }
  const [number] = range.numbers;
  if (gap && number !== undefined && misread(text, range)) add(number, range.to, "misread");
  return found;
}
