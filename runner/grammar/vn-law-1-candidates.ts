// Which lines could open a unit, and how much speaks for it; the choice among them is made for the whole text.
import {
  announcement,
  endsItem,
  endsParagraph,
  endsSentence,
  goesOn,
  inCapitals,
  type Reading,
} from "./vn-law-1-context.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { numbered, numberValue, WRITTEN, type Numbered } from "./vn-law-1-numbers.ts";
import { QUOTED } from "./vn-law-1-quotes.ts";

/** Ranks of units from the outside in. */
export const LEVELS = ["part", "chapter", "section", "subsection", "article", "clause", "point", "annex"] as const;
/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

/**
 * What speaks for a line being a heading. certain: an operator's hint; strong: it begins a paragraph; weak: the line before does
 * not end; perhaps: quoted if a missing mark is where it seems; announced: quoted if what a colon announces lacks its marks;
 * quoted, reference: text.
 */
export type Evidence = "certain" | "strong" | "weak" | "perhaps" | "announced" | "quoted" | "reference";

/** A line of the form of a heading. rest: what follows the number on the line; line: 0-based in the region. */
export interface Candidate extends Numbered {
  readonly line: number;
  readonly level: Level;
  readonly evidence: Evidence;
  readonly rest: string;
}

const ARTICLE =
  /^(["“”«]\s*)?(?:Điều|ĐIỀU)\s*(\d{1,4})([a-zđA-ZĐ]?)(?![\p{L}\d])(?:\s*(?:\[\d{1,3}\]|\(\d{1,3}\)))?\s*(?:([.:]|[-–—](?=\s))\s*(.*)|(.*))$/u;
const SECTION = new RegExp(
  `^(["“”«]\\s*)?(Phần|PHẦN|Chương|CHƯƠNG|Tiểu mục|Tiểu Mục|TIỂU MỤC|Mục|MỤC)\\s+(?:(?:thứ|THỨ)\\s+)?((?:[IVXLC]+|\\d{1,3})(?!\\d)|(?:${WRITTEN})(?![\\p{L}]))` +
    `(-?[ABa-zđ](?![\\p{L}]))?(\\d{1,3}(?![\\d.])|\\[\\d{1,3}\\])?(?![\\p{L}\\d])\\s*(?:([.:]|[-–—](?=\\s))\\s*(.*)|(.*))$`,
  "iu",
);
const SECTION_LEVEL: Readonly<Record<string, Level>> = {
  phần: "part",
  chương: "chapter",
  mục: "section",
  "tiểu mục": "subsection",
};
/** Levels of sections, outermost first. */
export const SECTION_LEVELS: readonly Level[] = ["part", "chapter", "section", "subsection"];

/** What is known of a line itself. quote: it begins with a mark; announced: it stands where quoted text is announced; item: it is one of a list inside an article. titled: whether a line is a heading, which need not end like a sentence. */
export interface LineForm {
  readonly quote: boolean;
  readonly announced: boolean;
  readonly item: boolean;
  readonly titled: (line: number) => boolean;
}

/** What the surroundings of a line say about it. */
export function evidenceOf(reading: Reading, line: number, form: LineForm): Evidence {
  const hint = reading.hints.get(line);
  if (hint !== undefined) return hint === "heading" ? "certain" : "reference";
  if (form.quote || reading.quotations.state[line] === QUOTED.yes) return "quoted";
  const before = reading.before[line] ?? -1;
  const last = before < 0 ? "" : reading.lines.plain(before);
  const marked = reading.lines.marked(line);
  const apart = reading.apart[line] === 1;
  const titled = before >= 0 && form.titled(before);
  const item = form.item && endsItem(last);
  if (!marked && !titled && !item && goesOn(last)) return apart ? "weak" : "reference";
  if (reading.quotations.state[line] === QUOTED.perhaps) return "perhaps";
  if (form.announced) return "announced";
  if (before < 0 || marked || apart) return "strong";
  return endsSentence(last) || inCapitals(last) || titled || item || endsParagraph(reading, before) ? "strong" : "weak";
}

/** Whether a line has the full form of a heading: a number with a stop behind it, or nothing. */
const looksTitled =
  (reading: Reading) =>
  (line: number): boolean => {
    const text = reading.lines.plain(line);
    const article = ARTICLE.exec(text);
    if (article) return article[4] !== undefined || article[6] === "";
    const section = SECTION.exec(text);
    return section !== null && (section[6] !== undefined || section[8] === "" || inCapitals(section[8] ?? ""));
  };

const formOf = (reading: Reading, line: number, quote: boolean): LineForm => ({
  quote,
  announced: announcement(reading, line) !== "none",
  item: false,
  titled: looksTitled(reading),
});

function articleAt(reading: Reading, line: number, text: string): Candidate | undefined {
  const match = ARTICLE.exec(text);
  if (match === null) return undefined;
  const [, quote, digits = "", letter = "", separator, titled, other = ""] = match;
  // "Điều 5 Nghị định này" refers; without a full stop only a line that is written as a heading opens an article.
  if (separator === undefined && other !== "" && !reading.lines.marked(line) && reading.hints.get(line) !== "heading")
    return undefined;
  if (separator === undefined && /^[,;)]/u.test(other)) return undefined;
  const evidence = evidenceOf(reading, line, formOf(reading, line, quote !== undefined));
  return { line, level: "article", evidence, rest: titled ?? other, ...numbered(Number(digits), letter) };
}

function sectionAt(reading: Reading, line: number, text: string): Candidate | undefined {
  const match = SECTION.exec(text);
  if (match === null) return undefined;
  const [, quote, word = "", digits = "", letter = "", , separator, titled, other = ""] = match;
  const level = SECTION_LEVEL[word.toLowerCase()];
  const value = numberValue(/^[ivxlc]+$/iu.test(digits) ? digits.toUpperCase() : digits);
  if (level === undefined || value === undefined || value === 0 || !/^\p{Lu}/u.test(word)) return undefined;
  // "Mục 1 Chương XI của Bộ luật này" refers.
  if (separator === undefined && other !== "" && !inCapitals(other) && !reading.lines.marked(line)) return undefined;
  const evidence = evidenceOf(reading, line, formOf(reading, line, quote !== undefined));
  return { line, level, evidence, rest: titled ?? other, ...numbered(value, letter.replace("-", "")) };
}

/** All lines that have the form of a heading of an article or a section. */
export function findCandidates(reading: Reading): { readonly articles: Candidate[]; readonly sections: Candidate[] } {
  const articles: Candidate[] = [];
  const sections: Candidate[] = [];
  for (let line = 0; line < reading.lines.count; line += 1) {
    if (reading.roles[line] !== ROLE.text) continue;
    const text = reading.lines.plain(line);
    const initial = text.charAt(0);
    if (!'ĐPCMT"“”«'.includes(initial)) continue;
    const article = articleAt(reading, line, text);
    if (article) articles.push(article);
    const section = article ? undefined : sectionAt(reading, line, text);
    if (section) sections.push(section);
  }
  return { articles, sections };
}
