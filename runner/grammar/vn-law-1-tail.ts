// What follows the last article: adoption, signatures, annexes.
import type { Candidate } from "./vn-law-1-candidates.ts";
import type { Reading } from "./vn-law-1-context.ts";
import { inCapitals } from "./vn-law-1-endings.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { compareOrdinals, continues, numbered, numberValue, type Numbered, type Ordinal } from "./vn-law-1-numbers.ts";
import { QUOTED } from "./vn-law-1-quotes.ts";

const SIGNATURES = [
  /^(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Hiến pháp)(?: [^.;:]{0,120})? này (?:đã )?(?:được|đã) .{0,20}(?:Quốc hội|Ủy ban [Tt]hường vụ|Uỷ ban [Tt]hường vụ|Hội đồng nhân dân)/u,
  /^(?:T\/?M|K\/?T|T\/?UQ|T\/?L|Q)\. ?\p{Lu}/u,
  /^Nơi nhận ?:?$|^Nơi nhận ?:/u,
  /^XÁC THỰC VĂN BẢN HỢP NHẤT/u,
];
const SIGNER =
  /^(?:CHỦ TỊCH|PHÓ CHỦ TỊCH|THỦ TƯỚNG|PHÓ THỦ TƯỚNG|BỘ TRƯỞNG|THỨ TRƯỞNG|CHỦ NHIỆM|PHÓ CHỦ NHIỆM|CHÁNH ÁN|PHÓ CHÁNH ÁN|VIỆN TRƯỞNG|PHÓ VIỆN TRƯỞNG|(?:PHÓ )?TỔNG (?:GIÁM ĐỐC|BÍ THƯ|THƯ KÝ|CỤC TRƯỞNG|KIỂM TOÁN|THANH TRA|BIÊN TẬP)|THỐNG ĐỐC|PHÓ THỐNG ĐỐC|GIÁM ĐỐC|PHÓ GIÁM ĐỐC|CỤC TRƯỞNG|VỤ TRƯỞNG|CHÁNH VĂN PHÒNG)(?!\p{L})/u;
const ANNEX =
  /^(?:PHỤ LỤC|Phụ lục)(?: (?:số |SỐ )?([IVXLC]+|\d{1,3}|[A-ZĐ])([a-z]|[A-Z](?![\p{L}\d]))?(?:\d{1,3}|\[\d{1,3}\])?)?(?:\s*[.:–—-]\s*(.*)|\s*(\(.*)?)$/u;

/** Where an annex begins. */
export interface Annex extends Numbered {
  readonly line: number;
}

/** Lines behind that of a signer in which the numbering of clauses may go on: then it was a cell of a table. */
const TABLE = 80;
const CLAUSE = /^(\d{1,3})[.)]\s+["“]?\p{Lu}/u;

/** Whether clauses go on behind a line: 1, 2, the line, 3. */
function clausesGoOn(reading: Reading, line: number): boolean {
  let last = 0;
  for (
    let at = reading.before[line] ?? -1, count = 0;
    at >= 0 && count < TABLE && last === 0;
    at = reading.before[at] ?? -1, count += 1
  )
    last = Number(CLAUSE.exec(reading.lines.plain(at))?.[1] ?? 0);
  if (last === 0) return false;
  for (
    let at = reading.after[line] ?? -1, count = 0;
    at >= 0 && count < TABLE;
    at = reading.after[at] ?? -1, count += 1
  ) {
    const text = reading.lines.plain(at);
    if (SIGNATURES.some((pattern) => pattern.test(text))) return false;
    if (Number(CLAUSE.exec(text)?.[1] ?? 0) === last + 1) return true;
  }
  return false;
}

/** Whether a line belongs to what stands below the last article. A line under the number of a chapter is its name. */
function isTailLine(reading: Reading, line: number): boolean {
  if (
    reading.roles[line] !== ROLE.text ||
    reading.quotations.state[line] === QUOTED.yes ||
    reading.hints.get(line) === "text"
  )
    return false;
  const text = reading.lines.plain(line);
  if (SIGNATURES.some((pattern) => pattern.test(text))) return true;
  if (!SIGNER.test(text) || !inCapitals(text) || text.length >= 80) return false;
  const before = reading.before[line] ?? -1;
  return !(before >= 0 && SECTION_ALONE.test(reading.lines.plain(before))) && !clausesGoOn(reading, line);
}

const SECTION_ALONE = /^(?:Phần|Chương|Mục|Tiểu mục)\s+(?:thứ\s+)?\S{1,12}(?:\s\S{1,6})?$/iu;

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

/** Annexes that become units, and the headings of others that are text of the one before. */
export interface CutAnnexes {
  readonly annexes: readonly Annex[];
  readonly left: readonly Annex[];
}

/** Text lines between two headings of a list of annexes. */
const LISTED = 3;

/**
 * The annexes behind line `from` that become units, each number once. A heading that only lists an annex, because the next one follows
 * at once and its own comes again, is text; so are annexes inside others (Phụ lục 1 below PHỤ LỤC II), and the heading of an annex
 * that is printed again.
 */
export function cutAnnexes(reading: Reading, all: readonly Annex[], from: number): CutAnnexes {
  const behind = all.filter((annex) => annex.line >= from);
  const key = (annex: Annex): string => `${annex.major}/${annex.minor}/${annex.address}`;
  const capital = (annex: Annex): boolean => reading.lines.plain(annex.line).startsWith("PHỤ LỤC");
  const printed = (annex: Annex): string => `${key(annex)}/${String(capital(annex))}`;
  const close = (annex: Annex, next: Annex | undefined): boolean => {
    let line = annex.line;
    for (let count = 0; count <= LISTED && next !== undefined && line >= 0; count += 1) {
      line = reading.after[line] ?? -1;
      if (line === next.line) return true;
    }
    return false;
  };
  const again = new Map(behind.map((annex, index) => [printed(annex), index] as const));
  const listed = behind.filter(
    (annex, index) =>
      !(
        (again.get(printed(annex)) ?? index) > index &&
        (close(annex, behind[index + 1]) || close(behind[index - 1] ?? annex, annex))
      ),
  );
  const unique = (annexes: readonly Annex[]): boolean => new Set(annexes.map(key)).size === annexes.length;
  const capitals = listed.filter(capital);
  const kept = unique(listed) ? listed : capitals.length > 0 && unique(capitals) ? capitals : firstOfEach(listed, key);
  const cut = new Set(kept);
  return { annexes: kept, left: behind.filter((annex) => !cut.has(annex)) };
}

function firstOfEach(annexes: readonly Annex[], key: (annex: Annex) => string): Annex[] {
  const seen = new Set<string>();
  return annexes.filter((annex) => {
    const fresh = !seen.has(key(annex));
    seen.add(key(annex));
    return fresh;
  });
}

/** Articles in the order of their lines that may be the law's own, and those an operator calls text. */
const counted = (reading: Reading, articles: readonly Candidate[]): readonly Candidate[] =>
  articles.filter(
    (one) =>
      one.evidence === "strong" ||
      one.evidence === "certain" ||
      one.evidence === "bare" ||
      reading.hints.get(one.line) === "text",
  );

/** Articles that may be missing where a text goes on behind something that looks like its end. */
const NEAR = 3;
const goesOnTo = (before: Ordinal, next: Ordinal | undefined): boolean =>
  next !== undefined &&
  (continues(before, next) || (compareOrdinals(before, next) < 0 && next.major - before.major <= NEAR));

/**
 * First line of the annexes: the first annex heading behind some article, behind which the numbers of the articles do not go on, and
 * that a signature or the end mark `./.` stands before, or that begins a paragraph where no article follows or they begin again at 1.
 * The count of lines where there are none. What is numbered in annexes is no article of the law.
 */
export function annexesFrom(reading: Reading, annexes: readonly Annex[], articles: readonly Candidate[]): number {
  const own = counted(reading, articles);
  let index = 0;
  let line = own[0]?.line ?? reading.lines.count;
  let signed = false;
  for (const annex of annexes) {
    for (; line < annex.line; line += 1)
      signed ||=
        isTailLine(reading, line) || (reading.roles[line] === ROLE.text && reading.lines.plain(line).endsWith("./."));
    while ((own[index]?.line ?? annex.line) < annex.line) index += 1;
    const before = own[index - 1];
    const next = own[index];
    if (before === undefined || goesOnTo(before, next)) continue;
    const begins = reading.apart[annex.line] === 1 || reading.lines.marked(annex.line);
    const again = next?.major === 1 && !own.slice(index).some((one) => continues(before, one));
    if (signed || (begins && (next === undefined || again))) return annex.line;
  }
  return reading.lines.count;
}

/**
 * Where the law is signed and nothing continues it; `second`: first article of another text that begins behind, with
 * the line of the signature.
 */
export interface Signed {
  readonly from: number;
  readonly second?: { readonly line: number; readonly signature: number };
}

const FORMS = /^(?:PHỤ LỤC|Phụ lục|MẪU|Mẫu|BIỂU|Biểu|DANH MỤC|DANH SÁCH|BẢNG)(?![\p{Ll}])/u;

/**
 * The signature behind which no article goes on. Behind it articles that begin again at 1 are another text, a regulation that a decision
 * enacts, unless forms or lists begin there; one alone is a cell of a table. An operator may call all of them text.
 */
export function signedFrom(reading: Reading, articles: readonly Candidate[], annexes: number): Signed {
  const own = counted(reading, articles).filter((one) => one.line < annexes);
  let index = 0;
  for (let line = own[0]?.line ?? annexes; line < annexes; line += 1) {
    while ((own[index]?.line ?? annexes) <= line) index += 1;
    const before = own[index - 1];
    const next = own[index];
    if (before === undefined || before.line === line || !isTailLine(reading, line) || goesOnTo(before, next)) continue;
    if (next === undefined) return { from: line };
    const behind = own.slice(index);
    if (next.major !== 1) {
      if (behind.some((one) => continues(before, one))) continue;
      return { from: line };
    }
    const hinted = behind.every((one) => reading.hints.get(one.line) === "text");
    if (hinted || behind.length === 1 || formsBetween(reading, line, next.line)) return { from: line };
    return { from: line, second: { line: next.line, signature: line } };
  }
  return { from: annexes };
}

function formsBetween(reading: Reading, from: number, to: number): boolean {
  for (let line = reading.after[from] ?? -1; line >= 0 && line < to; line = reading.after[line] ?? -1)
    if (FORMS.test(reading.lines.plain(line))) return true;
  return false;
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
