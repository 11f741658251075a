// A second opinion on a law: every place where an article or a section could begin, by number. It knows nothing of how the profile
// reads a law and shares no code with it, so that one mistake cannot hide in both; see docs/decisions/0024-completeness.md.
import type { SeriesKind } from "../model/manifest.ts";

/**
 * A place that has the form of a heading. number: Arabic, with the letter of an insertion. line: 1-based in the file. glued: other text
 * or a soft break stands before it on its line. opened: a quotation mark or a Markdown quote begins it. within: inside a quotation
 * that closes. note: in a paragraph that begins as a note does. refers: the sentence before goes on there. name: folded letters of
 * what follows on the line.
 */
export interface Place {
  readonly kind: SeriesKind;
  readonly major: number;
  readonly letter: string;
  readonly number: string;
  readonly line: number;
  readonly glued: boolean;
  readonly opened: boolean;
  readonly within: boolean;
  readonly note: boolean;
  readonly refers: boolean;
  readonly name: string;
}

/** What may stand between a word and its number: blanks, hidden characters, marks, tags, entities. */
const GAP = "(?:[^\\S\\r\\n]|[*_\\u00ad\\u200b-\\u200f\\u2060\\ufeff]|&nbsp;|&#160;|</?[a-z][^<>]{0,40}>)*";
const WRITTEN: Readonly<Record<string, number>> = {
  nhất: 1,
  hai: 2,
  ba: 3,
  tư: 4,
  bốn: 4,
  năm: 5,
  sáu: 6,
  bảy: 7,
  bẩy: 7,
  tám: 8,
  chín: 9,
  mười: 10,
};
const LETTER = "(?:-?(bis|ter|quater|[a-zđ])(?![\\p{L}\\d]))?";
/** No law has ten thousand articles; a longer number is one that lost a blank or a mark, and is counted so that it is refused. */
const NUMBER = `(?:thứ${GAP})?(\\d{1,9}|${Object.keys(WRITTEN).join("|")})${LETTER}`;
/** However the word is spelled by hands and by optical recognition: Ð for Đ, a blank inside, an accent lost. */
const ARTICLE = new RegExp(`[ĐÐƉD]\\s?i\\s?[eêềếểễệèé]\\s?u${GAP}${NUMBER}(?![\\p{L}\\d])`, "giu");
const SECTION = new RegExp(
  `(?:tiểu\\s?m[ụu]c|ph[ầâ]n|ch[ưu][ơo]ng|m[ụu]c)${GAP}(?:thứ${GAP})?([ivxl][ivxlc]*(?=-?[ab]?(?![\\p{L}]))|\\d{1,9}|` +
    `${Object.keys(WRITTEN).join("|")})${LETTER}(?![\\p{L}\\d])`,
  "giu",
);
const KEYWORD = /[ĐÐƉD]\s?[iI]\s?\p{L}\s?[uU]|C[hH][ưƯuU]|P[hH][ầẦâÂ]|M[ụỤuU][cC]|T[iI][ểỂ][uU]/u;
/** What begins a new line for the eye but ends none of the file; a bar begins a cell of a table. */
const SOFT = /[\v\f\u0085\u2028\u2029|]|<br\s*\/?>/u;
const MARKUP = /<[^<>]{0,80}>|&[a-z#\d]{2,8};/giu;
const QUOTE = /[“”„‟"«»]/u;
const REFERS =
  /(?:^|[\s(])(?:tại|của|theo|khoản|điểm|điều|các|với|từ|đến|trong|ngoài|về|do|bởi|trừ|(?:khoản|điểm)(?: [\dđa-z]{1,3},?(?: và)?)+)$|,$/iu;
/** Other law that is named behind the number of an article or a section. */
const OTHER_LAW =
  /^(?:Luật|Bộ luật|Nghị định|Thông tư|Pháp lệnh|Hiến pháp|Quyết định|Nghị quyết|Quy chế|Quy định|Hiệp định|Công ước|Điều(?! khoản)|Chương|Mục|Phần)(?![\p{L}])/u;
const NOTE = /^[\s*_>]*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}(?=\s+["“\p{Lu}]))/u;
/** Lines of a paragraph above a place in which the beginning of a note is looked for. */
const NOTE_LINES = 60;

/** Letters without accents, in lower case: what is left of a text when marks, blanks and spelling of accents are not counted. */
export const folded = (text: string): string =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replaceAll("đ", "d")
    .replace(/[^a-z\d]/g, "");
/** Two capital letters at least and no small one. */
export const inCapitals = (text: string): boolean => /\p{Lu}\P{Lu}*\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text);

const ROMAN: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50, c: 100 };
function valueOf(text: string): number {
  const lower = text.toLowerCase();
  if (/^\d/.test(lower)) return Number(lower);
  if (WRITTEN[lower] !== undefined) return WRITTEN[lower];
  const digits = [...lower].map((sign) => ROMAN[sign] ?? 0);
  return digits.reduce((sum, digit, index) => (digit < (digits[index + 1] ?? 0) ? sum - digit : sum + digit), 0);
}

/** The lines around a place. */
class Text {
  readonly lines: readonly string[];
  constructor(lines: readonly string[]) {
    this.lines = lines;
  }
  /** The nearest line with a letter, upwards or downwards; empty where there is none within a page. */
  near(line: number, step: 1 | -1): string {
    for (let at = line + step; at >= 0 && at < this.lines.length && Math.abs(at - line) < 40; at += step) {
      if (/\p{L}/u.test(this.lines[at] ?? ""))
        return (this.lines[at] ?? "")
          .replace(MARKUP, "")
          .replace(/[*_\s]+$/u, "")
          .trim();
    }
    return "";
  }
  inNote(line: number): boolean {
    for (let at = line; at >= 0 && line - at < NOTE_LINES && (this.lines[at] ?? "").trim() !== ""; at -= 1)
      if (NOTE.test(this.lines[at] ?? "")) return true;
    return false;
  }
}

/** Lines inside quotations that begin a line and close: 1 for each. A mark that begins a line again gives up the quotation before it. */
export function quotedLines(lines: readonly string[]): Uint8Array {
  const within = new Uint8Array(lines.length);
  let from = -1;
  let depth = 0;
  for (const [at, line] of lines.entries()) {
    if (!QUOTE.test(line)) continue;
    if (/^[\s*_#>-]*[“"«„]/u.test(line)) [from, depth] = [at, 0];
    if (from < 0) continue;
    for (const { 0: sign, index } of line.matchAll(/[“”„‟"«»]/gu)) {
      depth += "“„«".includes(sign) || (sign === '"' && !/[\p{L}\d.,;:!?)]$/u.test(line.slice(0, index))) ? 1 : -1;
    }
    if (depth > 0) continue;
    within.fill(1, from, at + 1);
    from = -1;
  }
  return within;
}

/** What stands before a match on its line: nothing of weight, or other text. */
function before(line: string, index: number): { bare: boolean; glued: boolean; prefix: string } {
  const whole = line.slice(0, index).replace(MARKUP, (tag) => (SOFT.test(tag) ? "\v" : ""));
  const prefix = whole.split(SOFT).at(-1) ?? "";
  return { bare: !/[\p{L}\p{N}]/u.test(prefix), glued: prefix !== whole && /[\p{L}\p{N}]/u.test(whole), prefix };
}

/** Behind other text of the line a heading begins where a sentence ends or where marks or a wide gap set it off. */
const setOff = (prefix: string): boolean =>
  /[.;:!?…”"»)\]](?:\d{1,3}|\[\d{1,3}\])?[\s*_]*$|[*#]+\s?$|\s{2,}$|\t$/u.test(prefix);

/** Whether what stands behind a number makes a heading of it: a stop, a title, or nothing at all. */
function articleRest(text: Text, at: number, rest: string, glued: boolean): boolean {
  const [, stop = "", title = ""] =
    /^(?:\s|\*|_|\[\d{1,3}\]|\(\d{1,3}\)|<\/?[a-z][^<>]{0,40}>)*([.:/]|[-–—](?=\s))?[\s*_]*(.*)$/su.exec(rest) ?? [];
  // "37.7.LQ.1" numbers otherwise; "Điều 1 - Điều 55" names a range.
  if ((/^\d+\.\S/.test(title) && stop === ".") || /^[Đđ]iều\s*\d/u.test(title)) return false;
  if (glued) return stop !== "" && /^["“\p{Lu}]/u.test(title);
  if (title === "") return stop !== "" || !REFERS.test(text.near(at, -1));
  if (stop !== "") return true;
  return /^\p{Lu}/u.test(title) && !OTHER_LAW.test(title) && !REFERS.test(text.near(at, -1));
}

/** The same of a section, whose words also begin sentences: its title is in capitals, or it is marked, or another heading follows. */
function sectionRest(text: Text, at: number, prefix: string, rest: string): boolean {
  const [, stop = "", title = ""] =
    /^(?:\s|\*|_|\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}(?=\s|$))*([.:]|[-–—](?=\s))?[\s*_]*(.*?)[\s*_#]*$/su.exec(rest) ?? [];
  if (
    title !== "" &&
    (inCapitals(title) || (/#|\*\*/u.test(prefix) && !OTHER_LAW.test(title) && /^\p{Lu}/u.test(title)))
  )
    return true;
  const below = text.near(at, 1);
  const headed = /^[\s*_#>“"]*(?:Điều|Mục|Tiểu mục|Chương)\s+[\divxlc]+/iu.test(below);
  if (title !== "") return stop !== "" && /^\p{Lu}/u.test(title) && headed;
  if (inCapitals(below) || /#|\*\*/u.test(prefix)) return true;
  return (
    !REFERS.test(text.near(at, -1)) &&
    !/[\p{Ll}]$/u.test(text.near(at, -1)) &&
    (headed || /^[\s*_#]*\p{Lu}[^.;:]*$/u.test(below))
  );
}

const SECTION_KINDS: readonly (readonly [RegExp, SeriesKind])[] = [
  [/^ti/iu, "subsection"],
  [/^ph/iu, "part"],
  [/^ch/iu, "chapter"],
  [/^m/iu, "section"],
];

/** All places of one kind of pattern on a line. */
function placesOn(
  text: Text,
  at: number,
  pattern: RegExp,
  kindOf: (word: string) => SeriesKind,
): Omit<Place, "line" | "within">[] {
  const line = text.lines[at] ?? "";
  const found: Omit<Place, "line" | "within">[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const [word, digits = "", letter = ""] = match;
    if (!/^\p{Lu}/u.test(word)) continue;
    const { bare, glued, prefix } = before(line, match.index);
    if (!bare && !setOff(prefix)) continue;
    const kind = kindOf(word);
    const rest = line.slice(match.index + word.length, match.index + word.length + 300);
    const formed =
      kind === "article"
        ? articleRest(text, at, rest, !bare)
        : (bare || inCapitals(rest)) && sectionRest(text, at, prefix, rest);
    const major = valueOf(digits);
    if (!formed || major === 0) continue;
    const sign = letter.toLowerCase();
    found.push({
      kind,
      major,
      letter: sign,
      number: `${major}${sign}`,
      glued: glued || !bare,
      opened: /[“”„"«>]\s*[*_]*$/u.test(prefix),
      note: text.inNote(at),
      refers: bare && REFERS.test(text.near(at, -1)),
      name: folded(rest).slice(0, 40),
    });
  }
  return found;
}

/** The lines of a text as the count reads them. */
export function linesOf(source: string): readonly string[] {
  const text = source.normalize("NFC");
  return text.includes("\r") ? text.split(/\r\n|\r|\n/) : text.split("\n");
}

/** All places of a text in their order. first_line: 1-based line of the file where the text begins. */
export const headingPlaces = (source: string, first_line: number): Place[] => placesIn(linesOf(source), first_line);

/** The same of a text whose lines are read already. */
export function placesIn(lines: readonly string[], first_line: number): Place[] {
  const text = new Text(lines);
  const within = quotedLines(text.lines);
  const found: Place[] = [];
  for (const [at, line] of text.lines.entries()) {
    if (!KEYWORD.test(line)) continue;
    const here = [
      ...placesOn(text, at, ARTICLE, () => "article"),
      ...placesOn(text, at, SECTION, (word) => SECTION_KINDS.find(([pattern]) => pattern.test(word))?.[1] ?? "section"),
    ];
    for (const place of here) found.push({ ...place, line: first_line + at, within: within[at] === 1 });
  }
  return found;
}
