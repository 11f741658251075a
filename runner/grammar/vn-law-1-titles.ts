// Where a heading's title ends: on its line, on the next, or wrapped over some.
import type { Candidate } from "./vn-law-1-candidates.ts";
import type { Reading } from "./vn-law-1-context.ts";
import { goesOn, inCapitals } from "./vn-law-1-endings.ts";

/** Most lines of a title behind its first. */
const MOST = 8;
/** Characters of a line from which it may be wrapped, and up to which an unmarked line may be a title. */
const WRAPPED = 45;
const SHORT = 160;
const MARKER =
  /^(?:\d{1,3}[a-zđ]?\s?(?:[.)–-]|\/(?!\d))|[a-zđ]\d?\)|\((?:\d{1,3}[a-zđ]?|[a-zđ]\d?)\)\s+["“]?\p{Lu}|["“])/u;

/** Whether the next text line follows without page break, note or furniture between: a title is one range of bytes. */
function adjacent(reading: Reading, line: number, next: number): boolean {
  for (let at = line + 1; at < next; at += 1) if ((reading.roles[at] ?? 0) > 1) return false;
  return true;
}

/** Words that join what stands before and behind them in a title. */
const JOINS_END = /(?:[,–-]|(?:^|\s)(?:VÀ|CỦA|VỀ|CHO|ĐỐI VỚI|TRONG|THUỘC|VỚI|TỪ|ĐẾN|TẠI|THEO|HOẶC|CÁC|SỐ|DO))$/u;
const JOINS_START = /^(?:VÀ|CỦA|VỀ|CHO|ĐỐI VỚI|TRONG|THUỘC|VỚI|TẠI|THEO|HOẶC)(?!\p{L})/u;
const BEGINS_SMALL = /^\p{Ll}\p{L}/u;

/** Whether a line in capitals goes on with a title over a blank line: a word joins them, or the next heading follows directly. */
function joined(reading: Reading, end: number, next: number, heading: (line: number) => boolean): boolean {
  const text = reading.lines.plain(next);
  return JOINS_END.test(reading.lines.plain(end)) || JOINS_START.test(text) || heading(reading.after[next] ?? -1);
}

/** Titles of sections: capitals on the following lines, or a short sentence where the number stands alone, up to its end. */
function sectionTitle(reading: Reading, candidate: Candidate, heading: (line: number) => boolean): number {
  const number = candidate.numbered ?? candidate.line;
  let end = number;
  for (let count = 0; count < MOST; count += 1) {
    const next = reading.after[end] ?? -1;
    if (next < 0 || heading(next) || !adjacent(reading, end, next)) break;
    const text = reading.lines.plain(next);
    const first = candidate.rest === "" && end === number;
    const plain = first && text.length <= SHORT && !/[.;:]$/u.test(text) && !MARKER.test(text);
    const capitals =
      inCapitals(text) &&
      !MARKER.test(text) &&
      (first || reading.apart[next] === 0 || reading.lines.marked(next) || joined(reading, end, next, heading));
    const last = reading.lines.plain(end);
    const small =
      !first &&
      !/[.;:]$/u.test(last) &&
      last.length <= SHORT &&
      BEGINS_SMALL.test(text) &&
      followed(reading, next, heading);
    if (!plain && !capitals && !small) break;
    end = next;
  }
  return end;
}

/** Titles of articles go on while a long line does not end and the next begins small or must belong to it; over a blank line too. */
function articleTitle(reading: Reading, candidate: Candidate, heading: (line: number) => boolean): number {
  const number = candidate.numbered ?? candidate.line;
  let end = number;
  let last = candidate.rest;
  for (let count = 0; count < MOST; count += 1) {
    const next = reading.after[end] ?? -1;
    if (next < 0 || heading(next) || !adjacent(reading, end, next)) break;
    const text = reading.lines.plain(next);
    if (MARKER.test(text)) break;
    const below = last === "" && end === number;
    const titled = below && text.length <= SHORT && !/[.;:,]$/u.test(text) && followed(reading, next, heading);
    const whole = reading.lines.plain(end);
    const open = !below && !/[.;:]$/u.test(whole);
    const wrapped =
      open &&
      (reading.apart[next] === 0
        ? whole.length >= WRAPPED && (/^[\p{Ll}\d(]/u.test(text) || goesOn(whole))
        : BEGINS_SMALL.test(text) || goesOn(whole));
    if (!titled && !wrapped) break;
    end = next;
    last = text;
  }
  return end;
}

/** A title on a line of its own has a text below it that begins anew. */
function followed(reading: Reading, line: number, heading: (line: number) => boolean): boolean {
  const next = reading.after[line] ?? -1;
  return next >= 0 && !heading(next) && !/^\p{Ll}/u.test(reading.lines.plain(next).replace(MARKER, ""));
}

/** 0-based last line of the title of a heading; `heading` tells whether a line opens a unit of its own. */
export const titleEnd = (reading: Reading, candidate: Candidate, heading: (line: number) => boolean): number =>
  candidate.level === "article" ? articleTitle(reading, candidate, heading) : sectionTitle(reading, candidate, heading);
