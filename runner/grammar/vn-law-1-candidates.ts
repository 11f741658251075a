// Which lines could open a unit, and how much speaks for it; the choice among them is made for the whole text.
import { announcement, endsParagraph, type Reading } from "./vn-law-1-context.ts";
import { endsItem, endsSentence, goesOn, inCapitals } from "./vn-law-1-endings.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { numbered, numberValue, WRITTEN, type Numbered } from "./vn-law-1-numbers.ts";
import { QUOTED } from "./vn-law-1-quotes.ts";

/** Ranks of units from the outside in. */
export const LEVELS = [
  "part",
  "chapter",
  "section",
  "subsection",
  "article",
  "group",
  "clause",
  "point",
  "annex",
] as const;
/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

/**
 * What speaks for a line being a heading. certain: an operator's hint; strong: it begins a paragraph; weak: the line before does
 * not end; bare: no stop stands behind its number; glued: it begins behind a sentence on the same line; perhaps: quoted if a missing
 * mark is where it seems; announced: quoted if what a colon announces lacks its marks; quoted, reference, note, table: text.
 */
export type Evidence =
  | "certain"
  | "strong"
  | "weak"
  | "bare"
  | "glued"
  | "perhaps"
  | "announced"
  | "quoted"
  | "reference"
  | "note"
  | "table";

/**
 * A line of the form of a heading. rest: what follows the number on the line; line: 0-based in the region; numbered: the line its
 * number stands on, where a hint calls a heading what is broken over lines.
 */
export interface Candidate extends Numbered {
  readonly line: number;
  readonly numbered?: number;
  readonly level: Level;
  readonly evidence: Evidence;
  readonly rest: string;
}

const OPENING = "([\"“”«‘'„]\\s*)?";
/** "Điều" as it is printed, typed without marks, or scanned with a wrong one. */
const WORD = "(?:[ĐD][iíìIÍÌ][eêềếểễệEÊỀẾỂỄỆ][uU])";
const ARTICLE = new RegExp(
  `^${OPENING}${WORD}\\s*(?:(?:thứ|THỨ)\\s+(${WRITTEN})(?!\\p{L})|(?:(?:thứ|THỨ)\\s+)?(\\d{1,4})(?:[-–]?([a-zđA-ZĐ])|[-– ` +
    "]?(bis|ter|quater))?)(?![\\p{L}\\d])" +
    "(?:\\s*(?:\\[\\d{1,3}\\]|\\(\\d{1,3}\\)))?\\s*(?:([.:]|\\/(?!\\d)|[-–—](?=\\s))\\s*(.*)|(.*))$",
  "u",
);
const SECTION = new RegExp(
  `^${OPENING}(Phần|PHẦN|Ch[uư][oơ]ng|CH[UƯ][OƠ]NG|Tiểu mục|Tiểu Mục|TIỂU ` +
    `MỤC|Mục|MỤC)\\s+(?:(?:thứ|THỨ)\\s+)?((?:[IVXLC]+(?![IVXLC])|\\d{1,3}(?!\\d))|(?:${WRITTEN})(?![\\p{L}]))` +
    `(-?[ABa-zđ](?![\\p{L}]))?(\\d{1,3}(?![\\d.])|\\[\\d{1,3}\\])?(?![\\p{L}\\d])\\s*(?:([.:]|[-–—](?=\\s))\\s*(.*)|(.*))$`,
  "iu",
);
/** A number of the codification of laws (Pháp điển): `37.7.LQ.1`. */
export const CODIFIED = /^Điều \d{1,3}\.\d{1,3}\.[A-ZĐ]{2}\./u;
/** What follows a number that refers to another text, or to another place of this one. */
const REFERS =
  /^(?:(?:của|này|đó|và|hoặc|đến|tại|trên|thuộc|được|do|về|theo|có|là|không|phải|thì|nêu|quy định(?! chung)|ban hành|kèm)(?!\p{L})|(?:Nghị định|Luật|Bộ luật|Thông tư|Quyết định|Hiến pháp|Pháp lệnh|Nghị quyết|Quy chế|Quy định|Chương|Mục|Phần|Điều|Điều lệ|Công ước|Hiệp định)(?!\p{L}).{0,60}(?:này|số |năm |[\d/]{4}))/u;
const SECTION_LEVEL: Readonly<Record<string, Level>> = {
  phần: "part",
  chương: "chapter",
  mục: "section",
  "tiểu mục": "subsection",
};
const levelOf = (word: string): Level | undefined => SECTION_LEVEL[/^ch/iu.test(word) ? "chương" : word.toLowerCase()];
/** Levels of sections, outermost first. */
export const SECTION_LEVELS: readonly Level[] = ["part", "chapter", "section", "subsection"];

/**
 * What is known of a line itself. quote: it begins with a mark; announced: it stands where quoted text is announced;
 * item: it is one of a list inside an article. titled: whether a line is a heading, which need not end like a sentence.
 */
export interface LineForm {
  readonly quote: boolean;
  readonly announced: boolean;
  readonly item: boolean;
  readonly titled: (line: number) => boolean;
}

/** Text that can be no heading whatever stands around it, or undefined. */
function textOf(reading: Reading, line: number, form: LineForm): Evidence | undefined {
  if (reading.roles[line] === ROLE.note) return "note";
  if (reading.lines.inTable(line)) return "table";
  return form.quote || reading.quotations.state[line] === QUOTED.yes ? "quoted" : undefined;
}

/** What the surroundings of a line say about it. */
export function evidenceOf(reading: Reading, line: number, form: LineForm): Evidence {
  const hint = reading.hints.get(line);
  if (hint !== undefined) return hint === "heading" ? "certain" : "reference";
  const text = textOf(reading, line, form);
  if (text !== undefined) return text;
  const before = reading.before[line] ?? -1;
  const last = before < 0 ? "" : reading.lines.plain(before);
  const marked = reading.lines.marked(line);
  const apart = reading.apart[line] === 1;
  const titled = before >= 0 && form.titled(before);
  const item = form.item && endsItem(last);
  if (!marked && !titled && !item && goesOn(last)) return apart ? "weak" : "reference";
  if (reading.quotations.state[line] === QUOTED.perhaps && !marked) return "perhaps";
  if (form.announced && !marked) return "announced";
  if (!marked && reading.lines.glued(line)) return "glued";
  if (before < 0 || marked || apart) return "strong";
  return endsSentence(last) || inCapitals(last) || titled || item || endsParagraph(reading, before) ? "strong" : "weak";
}

/** Whether a line has the full form of a heading: a number with a stop behind it, or nothing. */
const looksTitled =
  (reading: Reading) =>
  (line: number): boolean => {
    const text = reading.lines.plain(line);
    const article = ARTICLE.exec(text);
    if (article) return article[6] !== undefined || article[8] === "";
    const section = SECTION.exec(text);
    return section !== null && (section[6] !== undefined || section[8] === "" || inCapitals(section[8] ?? ""));
  };

const formOf = (reading: Reading, line: number, quote: boolean): LineForm => ({
  quote,
  announced: announcement(reading, line) === "amendment",
  item: false,
  titled: looksTitled(reading),
});

/** Whether what follows a number without a stop can be a name: it begins large, refers to nothing and does not end like a sentence. */
const named = (other: string): boolean =>
  /^[\p{Lu}“"]/u.test(other) && !REFERS.test(other) && !/[.,;:]$/u.test(other) && other.length < 200;

function articleAt(reading: Reading, line: number, text: string): Candidate | undefined {
  const match = ARTICLE.exec(text);
  if (match === null) return undefined;
  const [, quote, written, digits = "", letter, latin, separator, titled, other = ""] = match;
  const marked = reading.lines.marked(line);
  // "Điều 5 Nghị định này" refers; without a full stop only a line that is written as a heading, or could be a name, opens an article.
  const bare =
    separator === undefined &&
    other !== "" &&
    !(marked && !REFERS.test(other)) &&
    reading.hints.get(line) !== "heading";
  if ((bare && !named(other)) || (separator === undefined && /^[,;)\]]/u.test(other))) return undefined;
  const seen = evidenceOf(reading, line, formOf(reading, line, quote !== undefined));
  const evidence = bare && seen === "strong" ? "bare" : bare && seen === "weak" ? "reference" : seen;
  const value = written === undefined ? Number(digits) : (numberValue(written) ?? 0);
  return { line, level: "article", evidence, rest: titled ?? other, ...numbered(value, letter ?? latin ?? "") };
}

function sectionAt(reading: Reading, line: number, text: string): Candidate | undefined {
  const match = SECTION.exec(text);
  if (match === null) return undefined;
  const [, quote, word = "", digits = "", letter = "", , separator, titled, other = ""] = match;
  const level = levelOf(word);
  const value = numberValue(/^[ivxlc]+$/iu.test(digits) ? digits.toUpperCase() : digits);
  if (level === undefined || value === undefined || value === 0 || !/^\p{Lu}/u.test(word)) return undefined;
  // "Mục 1 Chương XI của Bộ luật này" refers.
  const bare = separator === undefined && other !== "" && !inCapitals(other) && !reading.lines.marked(line);
  if (bare && !named(other)) return undefined;
  const seen = evidenceOf(reading, line, formOf(reading, line, quote !== undefined));
  const evidence = bare && seen === "strong" ? "bare" : bare && seen === "weak" ? "reference" : seen;
  return { line, level, evidence, rest: titled ?? other, ...numbered(value, letter.replace("-", "")) };
}

/** A law whose articles carry no stop behind their numbers, all of them, is printed so: then nothing is missing. */
function printedBare(articles: readonly Candidate[]): readonly Candidate[] {
  const open = articles.filter((one) => one.evidence === "strong" || one.evidence === "bare");
  const bare = open.filter((one) => one.evidence === "bare");
  return bare.length > 1 && bare.length === open.length
    ? articles.map((one) => (one.evidence === "bare" ? { ...one, evidence: "strong" } : one))
    : articles;
}

/** All lines that have the form of a heading of an article or a section. Lines of notes and tables are among them, as text. */
export function findCandidates(reading: Reading): {
  readonly articles: readonly Candidate[];
  readonly sections: readonly Candidate[];
} {
  const articles: Candidate[] = [];
  const sections: Candidate[] = [];
  for (let line = 0; line < reading.lines.count; line += 1) {
    if (reading.roles[line] !== ROLE.text && reading.roles[line] !== ROLE.note) continue;
    const text = reading.lines.plain(line);
    const initial = text.charAt(0);
    if (!"ĐDPCMT\"“”«‘'„".includes(initial)) continue;
    const article = articleAt(reading, line, text);
    if (article) articles.push(article);
    const section = article || reading.roles[line] === ROLE.note ? undefined : sectionAt(reading, line, text);
    if (section) sections.push(section);
  }
  return { articles: printedBare(articles), sections };
}
