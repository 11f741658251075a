// Whether a place could be the heading of a certain number although it is spoiled: by scanning, by a break, by markup, or because its
// word or its number is not legible. It belongs to the second count and shares no code with the profile; see docs/decisions/0024.
import type { SeriesKind } from "../model/manifest.ts";
import { inCapitals } from "./heading-count.ts";
import { numberLength, skeletonOf, wordDistance, type Skeleton } from "./spoiled-words.ts";

/**
 * What is looked for: a heading of one of these numbers. where: in a gap they are missing between others, so that less is enough; else
 * they would go on behind the last, in the law itself or behind its end, among forms and lists.
 */
export interface Sought {
  readonly kind: SeriesKind;
  readonly numbers: readonly number[];
  readonly where: "gap" | "law" | "behind";
}

/**
 * A line that could be it. number: the one of those sought that it reads as; title: what follows it; broken: the number, or a part of
 * the word, stands on the line below.
 */
export interface Doubtful {
  readonly number: number;
  readonly title: string;
  readonly broken?: boolean;
  readonly why: "spoiled" | "number lost" | "word lost";
}

/** The lines of a text, and which of them are headings of units. */
export interface SoughtText {
  readonly lines: readonly string[];
  readonly isUnit: (line: number) => boolean;
}

const WORDS: Readonly<Record<SeriesKind, { word: string; gap: number; next: number }>> = {
  part: { word: "phan", gap: 1, next: 0.5 },
  chapter: { word: "chuong", gap: 2, next: 1.5 },
  section: { word: "muc", gap: 1, next: 0.5 },
  subsection: { word: "tieumuc", gap: 2, next: 1 },
  article: { word: "dieu", gap: 1, next: 1 },
};
/** Words of the language that are near those of headings and are numbered in texts. */
const OTHER_WORDS: ReadonlySet<string> = new Set(
  "điểm biểu kiểu điện đều điền diễn diện tiểu tiêu liệu liều hiếu hiệu nhiều chiều mức mẫu múc mùa mua phần phân phản phạm phụ".split(
    " ",
  ),
);
/** Words that begin with "Điều" in two syllables. */
const COMPOUND =
  /^(?:lệ|ước|khoản|kiện|hành|tra|lệnh|phối|chỉnh|động|dưỡng|tiết|trị|đình|ước|chế|nghiên|khiển|dẫn|này|trên|dưới|đó|nào|luật)(?!\p{L})/iu;
const REFERS =
  /(?:^|[\s(])(?:tại|của|theo|khoản|điểm|điều|các|với|từ|đến|trong|ngoài|về|do|bởi|trừ|và|hoặc|(?:khoản|điểm)(?: [\dđa-z]{1,3},?(?: và)?)+)$|,$/iu;
const REFERRING =
  /^(?:của|này|đó|và|hoặc|đến|tại|trên|thuộc|được|do|về|theo|có|là|không|phải|thì|nêu|quy định|ban hành|kèm|khoản|điểm|điều|nói|bị|đã|còn|hết|sửa|bổ|bãi|thay|như|từ|cho|với|trong|để)(?!\p{L})/iu;
/** The same inside a line, where a comma alone is no reason. */
const LISTED = new RegExp(
  REFERS.source.replace(/\|,\$$/, "|(?:khoản|điểm|điều) [\\dđa-z]{1,3},$|(?:mục|phần|chương) [\\divxlc]+$"),
  "iu",
);
const OTHER_LAW =
  /^(?:Luật|Bộ luật|Nghị định|Thông tư|Pháp lệnh|Hiến pháp|Quyết định|Nghị quyết|Quy chế|Hiệp định|Công ước|Điều(?! khoản)|Chương|Mục|Phần|Khoản)(?![\p{L}])/u;
/** Characters of a line that are read for a heading at its beginning, and up to which its word must begin. */
const HEAD = 64;
const PREFIX = 14;
/** Shorter beginnings are read together with the line below: a heading can be broken over two. */
const BROKEN = 16;

const bare = (line: string): string => line.replace(/<[^<>]{0,200}>|[*_`~#]+/gu, "").trim();

/** What follows a number: whether a stop stands there, and the title. */
function restOf(source: string): { stop: string; title: string } {
  const text = source.replace(/<[^<>]{0,300}>|&[a-z#\d]{2,8};/giu, " ").slice(0, 240);
  const [, stop = "", title = ""] =
    /^([^\p{L}\p{N}“"«]*(?:\[\d{1,3}\]|\(\d{1,3}\))?[^\p{L}\p{N}“"«]*)(.*)$/su.exec(text) ?? [];
  return { stop: stop.replace(/[\s*_#`~\p{Cf}]/gu, ""), title: title.trim() };
}

/** Nearest line with a letter or digit, upwards or downwards within a page, and its number; -1 for none. */
function near(text: SoughtText, line: number, step: 1 | -1): { at: number; said: string } {
  for (let at = line + step; at >= 0 && at < text.lines.length && Math.abs(at - line) < 40; at += step)
    if (/[\p{L}\p{N}]/u.test(text.lines[at] ?? "")) return { at, said: bare(text.lines[at] ?? "") };
  return { at: -1, said: "" };
}

/** A word that was found in a skeleton: how far it is from the sought one, where it begins and ends. */
interface Word {
  readonly from: number;
  readonly to: number;
  readonly distance: number;
}

/** Whether a word is spelled as another one of the language. */
const isOther = (skeleton: Skeleton, word: Word): boolean =>
  word.distance > 0 &&
  OTHER_WORDS.has(
    skeleton.source
      .slice(skeleton.at[word.from], (skeleton.at[word.to - 1] ?? 0) + 1)
      .normalize("NFC")
      .toLowerCase(),
  );

/** What is left of a word that lost its beginning, or its end. */
const BEHEADED: Readonly<Record<string, readonly string[]>> = {
  dieu: ["ieu", "eu", "die"],
  chuong: ["huong", "uong", "ong", "chuon"],
  muc: ["uc", "mu"],
  phan: ["han", "an"],
  tieumuc: ["ieumuc", "eumuc"],
};
const SIGN = /[a-z0-9|!?\ufffd£€(]/;

/** The nearest reading of the word that begins at `from`, blanks and stray signs inside left out. */
function wordAt(skeleton: Skeleton, from: number, wanted: string, most: number): Word[] {
  const found: Word[] = [];
  let got = "";
  for (let to = from; to < skeleton.text.length && got.length <= wanted.length + 2; to += 1) {
    const sign = skeleton.text.charAt(to);
    if (!SIGN.test(sign)) {
      if (!/[ .,'’\-­]/.test(sign) || got === "") break;
      continue;
    }
    got += sign;
    // A digit at the end belongs to the number.
    if (/[a-z]/.test(skeleton.text.charAt(to + 1)) || /\d/.test(sign)) continue;
    const cut = (BEHEADED[wanted] ?? []).includes(got) ? 0.5 : wordDistance(got, wanted, most + 1);
    if (cut <= most) found.push({ from, to: to + 1, distance: cut });
  }
  return found.sort((one, other) => one.distance - other.distance);
}

/** The line a reading is judged on. before: what stands on it before the place; undefined where it begins the line. */
interface Spot {
  readonly text: SoughtText;
  readonly line: number;
  readonly sought: Sought;
  readonly before?: string;
}

/** Whether what stands around a spoiled or whole word with a sought number lets it be a heading. */
function headingForm(spot: Spot, word: Word, rest: string): boolean {
  const { text, line, sought, before } = spot;
  const { stop, title } = restOf(rest);
  const above = near(text, line, -1).said;
  if (/^[Đđ]iều\s*\d/u.test(title) || /^\d/.test(title)) return false;
  if (/[,;]/.test(stop.charAt(0)) && /^\P{Lu}/u.test(title)) return false;
  const named = /^["“«]?\p{Lu}/u.test(title);
  if (named && stop === "" && OTHER_LAW.test(title)) return false;
  if (sought.kind !== "article")
    return before === undefined ? sectionForm(spot, { stop, title, above }) : gluedSection(spot, stop, title);
  if (before !== undefined)
    return stop !== "" && (named || (title === "" && /^["“«]?[\p{Lu}\d]/u.test(near(text, line, 1).said)));
  if (title === "") return !REFERS.test(above) || word.distance > 0.5;
  if (named)
    return (stop !== "" || word.distance <= 0.5) && !(REFERS.test(above) && (stop === "" || sought.where !== "gap"));
  // A paragraph of its own that begins so is a heading more likely than a reference, where one is missing.
  const apart = sought.where === "gap" && word.distance === 0 && (text.lines[line - 1] ?? "").trim() === "";
  if (REFERRING.test(title))
    return apart && !/^(?:của|này|đó|và|hoặc|đến)(?!\p{L})/u.test(title) && !/[.;:,]$/u.test(title);
  if (sought.where === "law" && word.distance === 0)
    return title.length < 120 && !/[.;:,]$/u.test(title) && /[.;:!?”"»)]$/u.test(above);
  return sought.where === "gap" && (stop !== "" || (word.distance === 0 && !/[\p{Ll},]$/u.test(above)));
}

/** A section behind other text is none without a title in capitals, on its line or below. */
const gluedSection = ({ text, line, before = "" }: Spot, stop: string, title: string): boolean =>
  title === "" ? stop === "" && !/[\p{Ll},]$/u.test(before) && inCapitals(near(text, line, 1).said) : inCapitals(title);

/** The same of a part, a chapter or a section. */
function sectionForm(
  { text, line, sought }: Spot,
  { stop, title, above }: { stop: string; title: string; above: string },
): boolean {
  if (REFERS.test(above)) return false;
  if (inCapitals(title)) return true;
  const below = near(text, line, 1);
  if (title === "") return inCapitals(below.said) || text.isUnit(below.at) || sought.where === "gap";
  return (
    /^\p{Lu}/u.test(title) &&
    (sought.where === "gap" || (text.isUnit(below.at) && !/[.;,]$/u.test(title) && stop !== ""))
  );
}

/** Whether the word stands there without a number that could be read. */
function numberLost(spot: Spot, skeleton: Skeleton, word: Word): boolean {
  const source = skeleton.source.slice(skeleton.at[word.to - 1] ?? 0).replace(/^\P{M}\p{M}*/u, "");
  const most = spot.sought.kind === "article" ? 0.5 : 0;
  if (
    word.distance > most ||
    isOther(skeleton, word) ||
    !/^[\p{Lu}\ufffd]/u.test(skeleton.source.slice(skeleton.at[word.from]))
  )
    return false;
  const sign = /^[^\p{L}\p{N}.:]{1,3}[\p{L}\p{N}]{1,3}(?=\s?[.:]\s)/u.exec(source)?.[0] ?? "";
  const { stop, title } = restOf(source.slice(/\d/.test(sign) ? 0 : sign.length));
  const above = near(spot.text, spot.line, -1);
  if (REFERS.test(above.said) || /^\p{L}/u.test(source)) return false;
  if (spot.sought.kind !== "article") {
    const below = near(spot.text, spot.line, 1);
    // The name of the chapter above begins so: "PHẦN VỐN NHÀ NƯỚC".
    if (spot.text.isUnit(above.at)) return false;
    return title === "" ? inCapitals(below.said) : inCapitals(title) && (stop !== "" || spot.text.isUnit(below.at));
  }
  if (title === "") return spot.sought.where === "gap";
  if (COMPOUND.test(title) || !/^\p{Lu}/u.test(title) || OTHER_LAW.test(title)) return false;
  return (
    stop !== "" || (spot.sought.where === "gap" ? !inCapitals(title) : !/[.;,:]$/u.test(title) && !inCapitals(title))
  );
}

const isRoman = (kind: SeriesKind): boolean => kind === "part" || kind === "chapter";

/** A heading of a sought number whose word begins at a place of a skeleton. */
function readAt(spot: Spot, skeleton: Skeleton, from: number): (Doubtful & { readonly until: number }) | undefined {
  const { word: wanted, gap, next } = WORDS[spot.sought.kind];
  const words = wordAt(skeleton, from, wanted, spot.sought.where === "gap" ? gap : next);
  for (const word of words) {
    const behind = skeleton.text.slice(word.to);
    for (const junk of [/^[^a-z0-9|!?\ufffd]{0,10}(?:thu )?/, /^[^a-z0-9]{0,10}/]) {
      const skipped = (junk.exec(behind)?.[0] ?? "").length;
      for (const number of spot.sought.numbers) {
        const length = numberLength(behind.slice(skipped), number, isRoman(spot.sought.kind));
        if (length === 0) continue;
        const last = skeleton.at[word.to + skipped + length - 1] ?? skeleton.source.length;
        const rest = skeleton.source.slice(last).replace(/^(?:<[^<>]{0,300}>|&[a-z#\d]{2,8};|.)\p{M}*/su, "");
        if (!headingForm(spot, word, rest)) continue;
        const { stop, title } = restOf(rest);
        // "Điểm 7. …" and "Biểu 7. …" are headings by mistake only where nothing else can be meant.
        if (isOther(skeleton, word) && (spot.sought.where === "behind" || !/[.:]/.test(stop) || title === "")) continue;
        return { number, title, why: "spoiled", until: skeleton.source.length - rest.length };
      }
    }
  }
  const [best] = words;
  const [number] = spot.sought.numbers;
  return spot.before === undefined && best && number !== undefined && numberLost(spot, skeleton, best)
    ? { number, title: "", why: "number lost", until: 0 }
    : undefined;
}

/** Places of a skeleton where a word can begin with nothing of weight before it: marks, a number, one stray letter. */
function* beginnings(skeleton: Skeleton): Generator<number> {
  for (let at = 0; at < Math.min(PREFIX, skeleton.text.length); at += 1) {
    if (/[a-z]{2}/.test(skeleton.text.slice(0, at))) return;
    if (SIGN.test(skeleton.text.charAt(at)) && !/[a-z]/.test(skeleton.text.charAt(at - 1))) yield at;
  }
}

/** Offsets inside a line at which a heading could begin behind other text: a word that begins large. */
const INSIDE: Readonly<Record<SeriesKind, RegExp>> = {
  part: /P[hH]\P{M}\p{M}*[nN]/gu,
  chapter: /C[hH][ưƯuU]\p{M}*[ơƠoO]\p{M}*[nN]/gu,
  section: /M[ụỤuU]\p{M}*[cC]/gu,
  subsection: /T[iI][ểỂêÊeE]\p{M}*[uU]/gu,
  article: /[ĐÐƉD]\p{Cf}?\s?\p{Cf}?[iIíìÍÌlL1|!ıι\ufffd]/gu,
};

function gluedOn(spot: Spot, line: string): Doubtful | undefined {
  const pattern = INSIDE[spot.sought.kind];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const { index } = match;
    const before = bare(line.slice(Math.max(0, index - 80), index));
    if (
      before === "" ||
      LISTED.test(before) ||
      (spot.sought.where !== "gap" && /[“"«][^”"»]*$/u.test(line.slice(0, index)))
    )
      continue;
    const found = readAt({ ...spot, before }, skeletonOf(line.slice(index, index + 200), HEAD), 0);
    if (found) return found;
  }
  return undefined;
}

/** A line that begins with a sought number and a name, where no clauses lead to that number. */
function wordLost(spot: Spot, line: string): Doubtful | undefined {
  const { sought } = spot;
  const [, digits = "", stop = "", title = ""] =
    /^[\s*_#>|]*(?:([IVX]+|\d{1,4}))\s?([.:)/]?)[\s*_]*(.*?)[\s*_]*$/u.exec(line) ?? [];
  if (digits === "") return undefined;
  const number = sought.numbers.find(
    (one) => numberLength(digits.toLowerCase(), one, isRoman(sought.kind)) === digits.length,
  );
  if (number === undefined || /^\d+$/u.test(digits) !== (sought.kind === "article" || sought.kind === "section"))
    return undefined;
  if (sought.kind !== "article")
    return sectionWordLost(spot, number, { stop, title }) ? { number, title, why: "word lost" } : undefined;
  if (stop === "" || title.length > 240 || /[:;,]$/u.test(title)) return undefined;
  if (!/^["“]?\p{Lu}/u.test(title) && (title !== "" || sought.where !== "gap")) return undefined;
  // The first clause of an article whose heading is not there at all is a sentence.
  if ((sought.where !== "gap" || number === 1) && (/[.;:,]$/u.test(title) || title.length < 4)) return undefined;
  return isAlone(spot, number, NUMBERED) ? { number, title, why: "word lost" } : undefined;
}

/** The same of a section: its name in capitals, and directly below it a heading; where one is missing, no list of such numbers. */
function sectionWordLost(spot: Spot, number: number, { stop, title }: { stop: string; title: string }): boolean {
  const { text, line, sought } = spot;
  const below = near(text, line, 1);
  const formed = inCapitals(title) || (title === "" && stop !== ")" && inCapitals(below.said));
  if (!formed) return false;
  if (text.isUnit(near(text, title === "" ? below.at : line, 1).at)) return true;
  return (
    sought.where === "gap" &&
    isAlone(spot, number, isRoman(sought.kind) ? /^[\s*_#>|]*([IVX]+)[.:)/]?(?:\s|$)/u : NUMBERED)
  );
}

/** The beginning of a clause or of an item of a list. */
const NUMBERED = /^[\s*_#>|-]*(\d{1,4})\s?[.)/](?!\d)/u;
/** Lines in which the neighbours of a number in a list are looked for. */
const LIST = 400;

/** Whether a number stands in no list: the nearest numbered line above is not the one before it, or the nearest below begins anew. */
function isAlone({ text, line, sought }: Spot, number: number, pattern: RegExp): boolean {
  const numberAt = (at: number): number => {
    const [, digits = ""] = pattern.exec(text.lines[at] ?? "") ?? [];
    if (digits === "") return 0;
    return /^\d/u.test(digits) ? Number(digits) : numberOfRoman(digits);
  };
  let above = 0;
  for (let at = line - 1; at >= 0 && line - at < LIST && above === 0; at -= 1) {
    above = numberAt(at);
    if (above === 0 && text.isUnit(at)) break;
  }
  let below = 0;
  for (let at = line + 1; at < text.lines.length && at - line < LIST && below === 0; at += 1) {
    below = numberAt(at);
    if (below === 0 && text.isUnit(at)) break;
  }
  // Where nothing is known to be missing, a last clause can be followed by the lists of forms.
  const follows = above === number - 1 && number > 1;
  const ends = /[.;:,]$/u.test(bare(text.lines[line] ?? ""));
  if (below === 1) return sought.where === "gap" ? !(follows && ends) : number > 1 && !follows;
  if (follows || above === number || below === number + 1) return false;
  const [last, next] = [near(text, line, -1).said, near(text, line, 1).said];
  return sought.where === "gap" || (above > 0 && /[.;”"]$/u.test(last) && /^\p{Lu}/u.test(next));
}

function numberOfRoman(text: string): number {
  for (let number = 1; number < 40; number += 1)
    if (numberLength(text.toLowerCase(), number, true) === text.length) return number;
  return 0;
}

/** Whether a line can begin with the next article: it begins with its first letter, or its number stands near. */
function couldBegin(source: string, { kind, numbers, where }: Sought): boolean {
  if (kind !== "article" || where === "gap") return true;
  return (
    /^\s*[<&]/u.test(source) ||
    /^[^\p{L}]{0,14}(?:\p{L}\s+)?[ĐÐƉDđdð£\ufffd\ud835\uff24]/u.test(source) ||
    source.slice(0, HEAD).includes(String(numbers[0]))
  );
}

/** The heading of a sought number that a line could be, spoiled; undefined for none. line: index of `text.lines`. */
export function doubtfulOn(text: SoughtText, line: number, sought: Sought): Doubtful | undefined {
  const spot: Spot = { text, line, sought };
  const source = text.lines[line] ?? "";
  if (!/[\p{L}\p{N}\p{S}]/u.test(source)) return undefined;
  if (!text.isUnit(line) && couldBegin(source, sought)) {
    const readings = bare(source).length < BROKEN ? [`${source} ${belowBroken(text, line)}`, source] : [source];
    for (const beginning of readings) {
      const skeleton = skeletonOf(beginning.slice(0, 2_000), HEAD);
      for (const from of beginnings(skeleton)) {
        if ((skeleton.at[from] ?? 0) >= source.length) break;
        const found = readAt(spot, skeleton, from);
        if (found === undefined) continue;
        const { number, why, until } = found;
        return until > source.length
          ? { number, why, title: found.title, broken: true }
          : { number, why, title: until === 0 ? "" : restOf(source.slice(until)).title };
      }
    }
    const lost = wordLost(spot, source);
    if (lost) return lost;
  }
  return gluedOn(spot, source);
}

/** What stands below a short beginning: the next line, or two where the next is short too. */
function belowBroken(text: SoughtText, line: number): string {
  const first = near(text, line, 1);
  if (first.at < 0 || first.at - line > 3) return "";
  const next = near(text, first.at, 1);
  return bare(first.said).length < 6 && next.at - first.at < 3 ? `${first.said} ${next.said}` : first.said;
}
