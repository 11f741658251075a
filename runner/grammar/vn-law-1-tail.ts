// What follows the last article: adoption, signatures, annexes.
import type { Candidate } from "./vn-law-1-candidates.ts";
import { inCapitals, type Reading } from "./vn-law-1-context.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { numbered, numberValue, type Numbered } from "./vn-law-1-numbers.ts";
import { QUOTED } from "./vn-law-1-quotes.ts";

const SIGNATURES = [
  /^(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Hiến pháp)(?: [^.;:]{0,120})? này (?:đã )?(?:được|đã) .{0,20}(?:Quốc hội|Ủy ban [Tt]hường vụ|Uỷ ban [Tt]hường vụ|Hội đồng nhân dân)/u,
  /^(?:T\/?M|K\/?T|T\/?UQ|T\/?L|Q)\. ?\p{Lu}/u,
  /^Nơi nhận ?:?$|^Nơi nhận ?:/u,
  /^XÁC THỰC VĂN BẢN HỢP NHẤT/u,
];
const SIGNER =
  /^(?:CHỦ TỊCH|PHÓ CHỦ TỊCH|THỦ TƯỚNG|PHÓ THỦ TƯỚNG|BỘ TRƯỞNG|THỨ TRƯỞNG|CHỦ NHIỆM|PHÓ CHỦ NHIỆM|CHÁNH ÁN|VIỆN TRƯỞNG|TỔNG |THỐNG ĐỐC|GIÁM ĐỐC|VĂN PHÒNG|CHÍNH PHỦ|QUỐC HỘI|ỦY BAN|UỶ BAN)/u;
const ANNEX =
  /^(?:PHỤ LỤC|Phụ lục)(?: (?:số |SỐ )?([IVXLC]+|\d{1,3}|[A-ZĐ])([a-z]?))?(?:\s*[.:–—-]\s*(.*)|\s*(\(.*)?)$/u;

/** Where an annex begins. */
export interface Annex extends Numbered {
  readonly line: number;
}

/** Whether a line belongs to what stands below the last article. */
export function isTailLine(reading: Reading, line: number): boolean {
  if (reading.roles[line] !== ROLE.text || reading.quotations.state[line] === QUOTED.yes) return false;
  const text = reading.lines.plain(line);
  if (SIGNATURES.some((pattern) => pattern.test(text))) return true;
  return inCapitals(text) && SIGNER.test(text) && text.length < 80;
}

/** An annex heading: on its own line, or in capitals with a title. "Phụ lục số 2 kèm theo Luật này" refers. */
function annexAt(reading: Reading, line: number): Annex | undefined {
  if (
    reading.roles[line] !== ROLE.text ||
    reading.quotations.state[line] === QUOTED.yes ||
    reading.hints.get(line) === "text"
  )
    return undefined;
  const text = reading.lines.plain(line);
  if (!/^(?:P|p)h|^PH/u.test(text)) return undefined;
  const match = ANNEX.exec(text);
  if (match === null) return undefined;
  const [, number = "", letter = "", title] = match;
  if (title !== undefined && !inCapitals(title) && !text.startsWith("PHỤ LỤC")) return undefined;
  if (/^[A-ZĐ]$/u.test(number) && numberValue(number) === undefined)
    return {
      line,
      major: number.charCodeAt(0) - 64,
      minor: 0,
      address: number === "Đ" ? "DD" : number,
      number: number.toLowerCase(),
    };
  const value = numberValue(number);
  return value === undefined
    ? { line, major: 0, minor: 0, address: "", number: "" }
    : { line, ...numbered(value, letter) };
}

/** All annex headings in the order of their lines. */
export function findAnnexes(reading: Reading): Annex[] {
  const found: Annex[] = [];
  for (let line = 0; line < reading.lines.count; line += 1) {
    const annex = annexAt(reading, line);
    if (annex) found.push(annex);
  }
  return found;
}

/**
 * First line of the annexes: the first annex heading behind some article that a signature or the end mark `./.` stands before, or
 * that begins a paragraph where no article follows any more.
 * The count of lines where there are none. What is numbered in annexes is no article of the law.
 */
export function annexesFrom(reading: Reading, annexes: readonly Annex[], articles: readonly Candidate[]): number {
  let line =
    articles.find((one) => one.evidence === "strong" || one.evidence === "certain")?.line ?? reading.lines.count;
  const last = articles.findLast((one) => one.evidence === "strong" || one.evidence === "certain")?.line ?? -1;
  let signed = false;
  for (const annex of annexes) {
    for (; line < annex.line; line += 1)
      signed ||=
        isTailLine(reading, line) || (reading.roles[line] === ROLE.text && reading.lines.plain(line).endsWith("./."));
    const begins = reading.apart[annex.line] === 1 || reading.lines.marked(annex.line);
    if (signed || (begins && last >= 0 && annex.line > last)) return annex.line;
  }
  return reading.lines.count;
}

/** First line of the tail behind the last article, at most `annexes`. */
export function tailFrom(reading: Reading, lastArticle: number, annexes: number): number {
  for (let line = lastArticle + 1; line < annexes; line += 1) {
    if (isTailLine(reading, line)) return line;
    // An end mark closes the law; what follows it is not its text.
    if (
      reading.roles[line] === ROLE.text &&
      /\.\/\.["”*_ ]*$/u.test(reading.lines.plain(line)) &&
      reading.quotations.state[line] !== QUOTED.yes
    )
      return nextText(reading, line, annexes);
  }
  return annexes;
}

function nextText(reading: Reading, line: number, limit: number): number {
  const next = reading.after[line] ?? -1;
  return next < 0 || next > limit ? limit : next;
}
