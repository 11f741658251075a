// Which lines open footnotes: numbered upwards, each with its marker hanging on a word before it.
import { goesOn } from "./vn-law-1-endings.ts";
import { ROLE, type Roles } from "./vn-law-1-furniture.ts";
import type { Lines } from "./vn-law-1-lines.ts";

/** A line that opens a note. bracketed: its number stands in square brackets, as on web pages. */
export interface Note {
  readonly number: number;
  readonly line: number;
  readonly bracketed: boolean;
}

const BODY = /^(?:\[(\d{1,3})\]|\((\d{1,3})\)(?=\s*["“]?\p{Lu})|(\d{1,3})(?= (?:["“]?\p{Lu}|\([ivx\d]{1,4}\) )))/u;
/** Numbers that may be missing between two notes; between notes that say what was amended, so many. */
const MISSING = 3;
const MISSING_AMENDED = 60;
/** Lines before a note in which its marker is looked for. */
const BACK = 400;
/**
 * A marker hangs on a word of two letters or more, on a closing mark or a bracket. Units (m2, CO2) and decimals are none. The digits
 * come first, so that what stands before is only looked at where there are some.
 */
const HANGING =
  /(\d{1,3})(?![\p{L}\d%]|[.,/]\d)(?<=(?:\p{L}{2}|[”"»)\]%])(?<!(?:^|[^\p{L}])(?:[kcdm]m|ha|CO|SO|NO|PM|CH|NH))[.;:,]?\d{1,3})/gu;
/** The same on the number of a unit, `1.19 Chỉ đạo`, `a)5`. */
const ON_NUMBER = /^(?:\d{1,3}[a-zđ]?\.|[a-zđ]\d?\)|Điều \d{1,4}[a-zđ]?\.)\s?(\d{1,3})(?= |$)/u;
const IN_BRACKETS = /(?<=\S\s?)\((\d{1,3})\)/gu;
const IN_SQUARES = /(?<=.)\[(\d{1,3})\]/gu;
/** What notes of consolidated texts say: by which text a place was amended, and since when. */
const AMENDED =
  /(?:sửa đổi|bổ sung|bãi bỏ|thay thế|đính chính|hết hiệu lực|có hiệu lực|căn cứ ban hành|quy định như sau|hướng dẫn)/u;
/** Words after which a number belongs to the sentence. */
const COUNTS =
  /(?:^|\s)(?:năm|tháng|ngày|mục|chương|phần|quý|lớp|cấp|nhóm|loại|mẫu|bảng|phụ lục|hạng|tuổi|kỳ|lần|đợt|thứ|khoá|khóa|gồm|có|là|hơn|dưới|trên|mức|bằng|khoảng)$/iu;

/** Latest line on which each number hung as a marker. */
class Markers {
  private readonly squares = new Map<number, number>();
  private readonly others = new Map<number, number>();
  add(text: string, line: number): void {
    if (!/\d/u.test(text)) return;
    for (const match of text.matchAll(HANGING)) this.others.set(Number(match[1]), line);
    if (text.includes("(")) for (const match of text.matchAll(IN_BRACKETS)) this.others.set(Number(match[1]), line);
    const on = ON_NUMBER.exec(text);
    if (on !== null) this.others.set(Number(on[1]), line);
    if (text.includes("[")) for (const match of text.matchAll(IN_SQUARES)) this.squares.set(Number(match[1]), line);
  }
  has(number: number, bracketed: boolean, line: number): boolean {
    if (bracketed) return this.squares.has(number);
    return (this.others.get(number) ?? -1) >= Math.max(0, line - BACK);
  }
}

/** Whether a line of the form of a note may be one where it stands: written as no heading, and no wrapped part of the sentence before. */
function mayOpen(lines: Lines, line: number, before: number): boolean {
  if (lines.marked(line) || lines.glued(line)) return false;
  const last = before < 0 ? "" : lines.plain(before);
  return line - before > 1 || !(goesOn(last) || COUNTS.test(last));
}

/** Lines that open notes. No line is read twice, so the time is that of the text. */
export function noteLines(lines: Lines, roles: Roles): Note[] {
  const notes: Note[] = [];
  const markers = new Markers();
  let last = 0;
  let before = -1;
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text) continue;
    const plain = lines.plain(line);
    const first = plain.charCodeAt(0);
    const match = (first >= 48 && first <= 57) || first === 91 || first === 40 ? BODY.exec(plain) : null;
    const number = Number(match?.[1] ?? match?.[2] ?? match?.[3] ?? 0);
    const missing = AMENDED.test(match === null ? "" : plain.slice(0, 600)) ? MISSING_AMENDED : MISSING;
    // A number in round brackets begins items and rows too; only what says that something was amended is a note.
    const amended = missing === MISSING_AMENDED;
    if (
      match !== null &&
      (match[2] === undefined || amended) &&
      number > last &&
      number <= last + missing &&
      mayOpen(lines, line, before) &&
      markers.has(number, match[1] !== undefined, line)
    ) {
      notes.push({ number, line, bracketed: match[1] !== undefined });
      last = number;
    }
    markers.add(plain, line);
    before = line;
  }
  return notes;
}

/** Line on which each bracketed number first stands inside or behind other text. */
export function bracketedMarkers(lines: Lines, roles: Roles): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text || !lines.plain(line).includes("[")) continue;
    for (const match of lines.plain(line).matchAll(IN_SQUARES)) {
      const number = Number(match[1]);
      if (!found.has(number)) found.set(number, line);
    }
  }
  return found;
}
