// What the page, the wiki or the file brought along: page headers and numbers, stamps, edit marks, rules, front matter.
import type { Lines } from "./vn-law-1-lines.ts";

/** What a line is before anything is known about structure. */
export const ROLE = { text: 0, blank: 1, furniture: 2, page: 3, front: 4, note: 5 } as const;

/** Role of each line; values of {@link ROLE}. */
export type Roles = Uint8Array;

/** Running head of the gazette, with or without the page number. */
const PAGE_HEAD = /^(?:\d{1,4} )?CÔNG BÁO ?\/ ?Số .*(?:\d{4}|\d)$/u;
const PAGE_NUMBER = /^(?:[-–—] ?)?\d{1,4}(?: ?[-–—])?$|^(?:Trang|Page|Tr\.) ?\d{1,4}(?: ?(?:\/|trên|of) ?\d{1,4})?$/iu;
const STAMP = /^(?:Người ký|Ký bởi|Email|Cơ quan|Thời gian ký) ?:/u;
const WIKI = /^(?:[[\]|→←↑▲]|\[? ?sửa(?: ?\| ?sửa mã nguồn)? ?\]?|sửa mã nguồn)$/iu;
const RULE = /^(?:[-=_*~–—.·•o0 ]{3,}|[-–—=]{1,2})$/u;
/** Rules of stars, underscores or hyphens are Markdown marks too, so their plain text is empty. */
const SHORT = 100;

function roleOf(plain: string): number {
  if (plain === "") return ROLE.blank;
  if (plain.length > SHORT) return ROLE.text;
  if (PAGE_NUMBER.test(plain) || PAGE_HEAD.test(plain)) return ROLE.page;
  return WIKI.test(plain) || STAMP.test(plain) || RULE.test(plain) ? ROLE.furniture : ROLE.text;
}

/** Lines of YAML front matter at the beginning, with both fences; 0 without it. */
function frontMatter(lines: Lines): number {
  let first = 0;
  while (first < lines.count && lines.start(first) === lines.end(first)) first += 1;
  if (lines.plain(first) !== "---" || lines.end(first) - lines.start(first) > 8) return 0;
  const limit = Math.min(lines.count, first + 2_000);
  for (let line = first + 1; line < limit; line += 1) {
    if (["---", "..."].includes(lines.plain(line))) return line + 1;
  }
  return 0;
}

/** Roles of all lines as far as single lines tell. */
export function lineRoles(lines: Lines): Roles {
  const roles = new Uint8Array(lines.count);
  const front = frontMatter(lines);
  for (let line = 0; line < lines.count; line += 1) roles[line] = line < front ? ROLE.front : roleOf(lines.plain(line));
  // A bare number between brackets on lines of their own marks a note of a web page.
  for (let line = 1; line + 1 < lines.count; line += 1) {
    if (roles[line] === ROLE.page && lines.plain(line - 1) === "[" && lines.plain(line + 1) === "]")
      roles[line] = ROLE.furniture;
  }
  runningHeads(lines, roles);
  return roles;
}

/** Times that a line must stand beside page numbers to be a running head. */
const REPEATED = 3;

/** What begins like a unit is no running head, nor is the name below it. */
const UNIT = /^(?:(?:Điều|Chương|Mục|Tiểu mục|Phần)(?!\p{L})|\d|\p{Ll}\))/iu;

function textBefore(lines: Lines, roles: Roles, line: number): string {
  let at = line - 1;
  while (at >= 0 && line - at < 5 && roles[at] === ROLE.blank) at -= 1;
  return at >= 0 && roles[at] === ROLE.text ? lines.plain(at) : "";
}

/** Short lines that stand beside page numbers again and again. */
function runningHeads(lines: Lines, roles: Roles): void {
  const beside = new Map<string, number[]>();
  for (let line = 0; line < lines.count; line += 1) {
    if (roles[line] !== ROLE.page) continue;
    for (const step of [-1, 1]) {
      let at = line + step;
      while (roles[at] === ROLE.blank && Math.abs(at - line) < 4) at += step;
      const text = roles[at] === ROLE.text ? lines.plain(at) : "";
      if (
        text !== "" &&
        text.length < SHORT &&
        !/[.;:”"]$/u.test(text) &&
        !UNIT.test(text) &&
        !UNIT.test(textBefore(lines, roles, at))
      ) {
        const found = beside.get(text);
        if (found) found.push(at);
        else beside.set(text, [at]);
      }
    }
  }
  for (const found of beside.values()) if (found.length >= REPEATED) for (const at of found) roles[at] = ROLE.page;
}

/** Pages as half-open ranges of lines between page heads and numbers; one range where nothing breaks pages. */
export function pagesOf(lines: Lines, roles: Roles): readonly { readonly from: number; readonly to: number }[] {
  const pages: { from: number; to: number }[] = [];
  let from = 0;
  for (let line = 0; line < lines.count; line += 1) {
    const breaks = roles[line] === ROLE.page || lines.breaksPage(line);
    if (!breaks) continue;
    if (line > from) pages.push({ from, to: line });
    from = roles[line] === ROLE.page ? line + 1 : line;
  }
  if (lines.count > from) pages.push({ from, to: lines.count });
  // Between the number and the head of one page stands nothing: such a range is no page.
  return pages.filter((page) => {
    for (let line = page.from; line < page.to; line += 1) if (roles[line] === ROLE.text) return true;
    return false;
  });
}
