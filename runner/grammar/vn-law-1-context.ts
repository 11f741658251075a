// A text line in its surroundings: what stands before and after it once notes, furniture and blank lines are left out.
import { endsSentence, inCapitals } from "./vn-law-1-endings.ts";
import { ROLE, type Roles } from "./vn-law-1-furniture.ts";
import type { Lines } from "./vn-law-1-lines.ts";
import type { Notes } from "./vn-law-1-notes.ts";
import type { Quotations } from "./vn-law-1-quotes.ts";

/** Everything known about the lines before structure is decided. hints: line of the region to what the operator says it is. */
export interface Reading {
  readonly lines: Lines;
  readonly roles: Roles;
  readonly notes: Notes;
  readonly quotations: Quotations;
  readonly hints: ReadonlyMap<number, "heading" | "text">;
  /** Text line before and after a line; -1 where there is none. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** 1 where a blank line, and no page break, stands between a text line and the one before. */
  readonly apart: Uint8Array;
  /** Characters of a full line where sentences are wrapped over lines; 0 where a line is a paragraph. */
  readonly width: number;
}

/** Of a hundred lines that follow another directly, so many begin small in a text that is wrapped. */
const WRAPPED_SHARE = 0.05;

/** See {@link Reading.width}: the length that nine of ten lines stay below. */
export function wrapWidth(lines: Lines, roles: Roles): number {
  const lengths: number[] = [];
  let followed = 0;
  let small = 0;
  for (let line = 1; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.text) continue;
    const text = lines.plain(line);
    lengths.push(text.length);
    if (roles[line - 1] !== ROLE.text) continue;
    followed += 1;
    if (/^\p{Ll}{2}/u.test(text)) small += 1;
  }
  if (small < 5 || small < followed * WRAPPED_SHARE) return 0;
  return Int32Array.from(lengths).sort()[Math.floor(lengths.length * 0.9)] ?? 0;
}

/** Surroundings of all lines. */
export function surroundings(roles: Roles): Pick<Reading, "before" | "after" | "apart"> {
  const before = new Int32Array(roles.length).fill(-1);
  const after = new Int32Array(roles.length).fill(-1);
  const apart = new Uint8Array(roles.length);
  let last = -1;
  let blank = 0;
  let paged = false;
  for (let line = 0; line < roles.length; line += 1) {
    const role = roles[line];
    before[line] = last;
    if (role === ROLE.blank) blank += 1;
    else if (role === ROLE.page || role === ROLE.note) paged = true;
    else if (role === ROLE.text) {
      if (last >= 0) after[last] = line;
      apart[line] = blank > 0 && !paged ? 1 : 0;
      last = line;
      blank = 0;
      paged = false;
    }
  }
  return { before, after, apart };
}

/** Whether the paragraph ends with this line: lines are paragraphs, or this one is much shorter than a full line. */
export const endsParagraph = (reading: Reading, line: number): boolean =>
  reading.width === 0 || reading.lines.plain(line).length < reading.width * 0.7;

const UNIT_WORD = "(?:[Đđ]iều|[Kk]hoản|[Đđ]iểm|[Mm]ục|[Cc]hương|[Pp]hần|[Đđ]oạn|[Tt]ên|[Cc]ụm từ|[Pp]hụ lục|[Mm]ẫu)";
/** "2. Sửa đổi, bổ sung khoản 1 Điều 4 …", "1. Điều 3 được sửa đổi …": what an amending law enumerates. */
const AMENDING = new RegExp(
  `^(?:["“]?\\s*(?:\\d{1,3}[a-zđ]?\\s?[.)/-]|[a-zđ]\\d?\\)|Điều ` +
    `\\d+[a-zđ]?\\.)\\s*)?(?:(?:Sửa đổi|Bổ sung|Thay|Bãi bỏ|Bỏ|Đổi|Viết lại)(?![\\p{L}]).*?(?:${UNIT_WORD}|như ` +
    `sau)|${UNIT_WORD}(?![\\p{L}]).{0,160}?(?:sửa đổi|bổ sung|thay|bãi bỏ|đổi tên))`,
  "u",
);
/** Lines over which an announcement may be wrapped. */
const WRAPPED = 6;

/** Whether a text is an amendment that an amending law makes itself. */
export const amends = (text: string): boolean => AMENDING.test(text);

/** How the text right before a line announces what follows with a colon: amended text, anything, or not at all. */
export function announcement(reading: Reading, line: number): "amendment" | "colon" | "none" {
  let at = reading.before[line] ?? -1;
  if (at < 0) return "none";
  const last = reading.lines.plain(at);
  // A formula in capitals (QUYẾT ĐỊNH:) announces the law itself.
  if (!last.endsWith(":") || inCapitals(last)) return "none";
  if (!/như sau ?:$/u.test(last)) return "colon";
  for (let count = 0; count < WRAPPED && at >= 0; count += 1) {
    if (amends(reading.lines.plain(at))) return "amendment";
    const earlier = reading.before[at] ?? -1;
    if (reading.apart[at] === 1 || earlier < 0 || endsSentence(reading.lines.plain(earlier))) break;
    at = earlier;
  }
  return "colon";
}
