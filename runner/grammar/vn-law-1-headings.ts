// Which lines are the headings of this law's own articles and sections.
import type { Finding } from "../model/manifest.ts";
import { SECTION_LEVELS, type Candidate, type Level } from "./vn-law-1-candidates.ts";
import { chooseUnits, type Dispute } from "./vn-law-1-choice.ts";
import type { Reading } from "./vn-law-1-context.ts";
import { inCapitals } from "./vn-law-1-endings.ts";
import { continues, type Ordinal } from "./vn-law-1-numbers.ts";
import { titleEnd } from "./vn-law-1-titles.ts";

/** A heading that is structure. title_end: 0-based last line of its title. parent: index of the enclosing heading, -1 for none. */
export interface Heading extends Candidate {
  readonly title_end: number;
  readonly parent: number;
}

/** The headings of a law in order, or the first place that has two readings. */
export interface Headings {
  readonly headings: readonly Heading[];
  readonly findings: readonly Finding[];
  readonly dispute?: Dispute | undefined;
}

const VIETNAMESE: Readonly<Record<string, string>> = {
  part: "Phần",
  chapter: "Chương",
  section: "Mục",
  subsection: "Tiểu mục",
  article: "Điều",
};
/** Articles that must follow each other without any text before they are taken for a list of contents. */
const LIST = 3;

/** Characters of a name that a list of contents has in common with the heading it lists. */
const ALIKE = 24;
const nameOf = (one: Candidate): string =>
  one.rest
    .replace(/[\s.…·_]*\d{0,4}$/u, "")
    .slice(0, ALIKE)
    .toLowerCase();

/** Articles of a list of contents: the whole numbering begins again behind them, and most of them have the same names there. */
function contents(articles: readonly Candidate[]): ReadonlySet<Candidate> {
  const listed = new Set<Candidate>();
  const second = articles.findIndex(
    (one, index) => index > 0 && one.major === 1 && one.minor === 0 && one.evidence !== "quoted",
  );
  if (second < LIST) return listed;
  const first = articles.slice(0, second);
  const names = new Map(articles.slice(second).map((one) => [`${one.major}/${one.minor}`, nameOf(one)]));
  const same = first.filter((one) => {
    const [name, other] = [nameOf(one), names.get(`${one.major}/${one.minor}`) ?? ""];
    return name !== "" && other !== "" && (name.startsWith(other) || other.startsWith(name));
  });
  if (same.length * 2 > first.length) for (const one of first) listed.add(one);
  return listed;
}

/** above: an article or another section follows the title directly. */
interface Placed {
  readonly candidate: Candidate;
  readonly title_end: number;
  readonly above: boolean;
}

/**
 * Whether the next section of the level, before any article, is the same one: then what stands here names a page of a web site that
 * begins with it.
 */
function namesPage(candidate: Candidate, later: Later, articles: readonly number[]): boolean {
  const next = later.byLevel.get(candidate.level);
  if (next === undefined || next.major !== candidate.major || next.minor !== candidate.minor) return false;
  const at = firstBehind(articles, candidate.line);
  return (articles[at] ?? next.line) >= next.line;
}

/** Sections placed behind the one that is looked at: by their line, and the nearest of each level. */
interface Later {
  readonly byLine: Map<number, Candidate>;
  readonly byLevel: Map<Level, Candidate>;
}

/** Index of the first of rising lines behind a line. */
function firstBehind(lines: readonly number[], line: number): number {
  let from = 0;
  let to = lines.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((lines[middle] ?? 0) > line) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Sections with their titles: certain ones, those directly above another heading, and titled ones that have an introduction. */
function placeSections(
  reading: Reading,
  sections: readonly Candidate[],
  articles: ReadonlySet<number>,
  until: number,
): { placed: Placed[]; left: Candidate[] } {
  const placed: Placed[] = [];
  const left: Candidate[] = [];
  const lines = new Set(sections.map((one) => one.line));
  const later: Later = { byLine: new Map(), byLevel: new Map() };
  const lineList = [...articles];
  for (const candidate of sections.toReversed()) {
    const title_end = titleEnd(reading, candidate, (line) => lines.has(line) || articles.has(line));
    const next = reading.after[title_end] ?? -1;
    const bare = title_end === candidate.line && candidate.rest === "";
    // The very same line again is no navigation but a number that stands there twice.
    const twice = next >= 0 && reading.lines.plain(next) === reading.lines.plain(candidate.line);
    const above =
      next >= 0 &&
      (articles.has(next) || (later.byLine.has(next) && (twice || !(bare && outranks(next, candidate, later)))));
    const titled =
      title_end > candidate.line && candidate.rest === ""
        ? inCapitals(reading.lines.plain(reading.after[candidate.line] ?? title_end))
        : inCapitals(candidate.rest) && candidate.rest.length > 3;
    const allowed =
      candidate.line < until && !["quoted", "reference", "announced", "table"].includes(candidate.evidence);
    const doubtful =
      candidate.evidence === "perhaps" || candidate.evidence === "bare" || candidate.evidence === "glued";
    if (
      candidate.evidence === "certain" ||
      (allowed && (above || (titled && !doubtful && !namesPage(candidate, later, lineList))))
    ) {
      later.byLine.set(candidate.line, candidate);
      later.byLevel.set(candidate.level, candidate);
      placed.push({ candidate, title_end, above });
    } else left.push(candidate);
  }
  return { placed: placed.reverse(), left: left.reverse() };
}

/** Whether the section at a line is of the same or a higher rank: a number without title or content above it is navigation. */
function outranks(line: number, candidate: Candidate, later: Later): boolean {
  const other = later.byLine.get(line);
  return other !== undefined && SECTION_LEVELS.indexOf(other.level) <= SECTION_LEVELS.indexOf(candidate.level);
}

/** Sections in their scopes: numbers rise in the enclosing section, or go on through the document, or begin again. */
function judgeSections(reading: Reading, placed: readonly Placed[]): { findings: Finding[]; dispute?: Dispute } {
  const findings: Finding[] = [];
  const open: (Candidate | undefined)[] = [];
  const newest: (Candidate | undefined)[] = [];
  for (const { candidate } of placed) {
    const rank = SECTION_LEVELS.indexOf(candidate.level);
    const name = `${VIETNAMESE[candidate.level] ?? ""} ${candidate.number}`;
    const sibling = open[rank];
    const begins: Ordinal = { major: 0, minor: 0 };
    const line = reading.lines.fileLine(candidate.line);
    if (sibling && sibling.major === candidate.major && sibling.minor === candidate.minor) {
      return {
        findings,
        dispute: {
          line: candidate.line,
          reason: `lines ${reading.lines.fileLine(sibling.line)} and ${line} both read as ${name}; a hints file decides`,
        },
      };
    }
    if (sibling && sibling.major > candidate.major) {
      return {
        findings,
        dispute: {
          line: candidate.line,
          reason:
            `line ${line} reads as ${name}, behind ${sibling.number} of line ` +
            `${reading.lines.fileLine(sibling.line)}; a hints file decides`,
        },
      };
    }
    const steps = sibling ? [sibling] : [begins, newest[rank] ?? begins];
    if (!steps.some((before) => continues(before, candidate)))
      findings.push({
        code: "gap",
        line,
        text: `${name} does not continue ${sibling ? `${VIETNAMESE[candidate.level] ?? ""} ${sibling.number}` : "any number before it"}`,
      });
    open.length = rank;
    open[rank] = candidate;
    newest[rank] = candidate;
  }
  return { findings };
}

/**
 * A web site names the part again above each of its chapters. Such a line opens nothing: it has the number and the name of the section
 * of its level that is open, articles stand between the two, and a section of a lower level follows that was not there before.
 */
function withoutRepeated(
  reading: Reading,
  placed: readonly Placed[],
  articles: readonly Candidate[],
): { own: Placed[]; findings: Finding[] } {
  const own: Placed[] = [];
  const findings: Finding[] = [];
  const open: (Placed | undefined)[] = [];
  const name = (one: Placed): string => {
    const parts: string[] = [];
    for (let line = one.candidate.line; line >= 0 && line <= one.title_end; line = reading.after[line] ?? -1)
      parts.push(reading.lines.plain(line));
    return parts.join(" ").toLowerCase();
  };
  let at = 0;
  placed.forEach((one, index) => {
    const rank = SECTION_LEVELS.indexOf(one.candidate.level);
    const sibling = open[rank];
    const next = placed[index + 1];
    const lower = next !== undefined && SECTION_LEVELS.indexOf(next.candidate.level) > rank;
    while ((articles[at]?.line ?? Infinity) < (sibling?.candidate.line ?? 0)) at += 1;
    const between = (articles[at]?.line ?? Infinity) < one.candidate.line;
    if (
      sibling !== undefined &&
      lower &&
      between &&
      reading.after[one.title_end] === next.candidate.line &&
      name(sibling) === name(one)
    ) {
      const text =
        `${VIETNAMESE[one.candidate.level] ?? ""} ${one.candidate.number} is named again, as line ` +
        `${reading.lines.fileLine(sibling.candidate.line)} names it, and opens no section`;
      findings.push({ code: "repeated_section", line: reading.lines.fileLine(one.candidate.line), text });
      return;
    }
    open.length = rank;
    open[rank] = one;
    own.push(one);
  });
  return { own, findings };
}

function nested(
  placed: readonly Placed[],
  articles: readonly Candidate[],
  title: (article: Candidate) => number,
): Heading[] {
  const all = [
    ...placed,
    ...articles.map((candidate) => ({ candidate, title_end: title(candidate), above: true })),
  ].sort((one, other) => one.candidate.line - other.candidate.line);
  const open: { rank: number; index: number }[] = [];
  return all.map(({ candidate, title_end }, index) => {
    const rank = candidate.level === "article" ? SECTION_LEVELS.length : SECTION_LEVELS.indexOf(candidate.level);
    while ((open.at(-1)?.rank ?? -1) >= rank) open.pop();
    const parent = open.at(-1)?.index ?? -1;
    open.push({ rank, index });
    return { ...candidate, title_end, parent };
  });
}

/** First lines of what is behind the law: the signature, or where there is none the annexes, and the annexes themselves. */
export interface Ends {
  readonly law: number;
  readonly annexes: number;
}

/** Chooses the headings among the candidates that stand before the end of the law. */
export function chooseHeadings(
  reading: Reading,
  candidates: { readonly articles: readonly Candidate[]; readonly sections: readonly Candidate[] },
  ends: Ends,
): Headings {
  const until = ends.law;
  const own = candidates.articles.filter((one) => one.line < until || one.evidence === "certain");
  const listed = contents(own);
  const choice = chooseUnits(
    reading,
    own.filter((one) => !listed.has(one)),
    { unit: "Điều", scope: "" },
  );
  const first = choice.chosen[0]?.line ?? 0;
  const listEnd = [...listed].at(-1)?.line ?? -1;
  const lines = new Set(choice.chosen.map((one) => one.line));
  const { placed: all, left } = placeSections(
    reading,
    candidates.sections.filter((one) => one.line > listEnd),
    lines,
    until,
  );
  const { own: placed, findings: repeated } = withoutRepeated(reading, all, choice.chosen);
  const judged = judgeSections(reading, placed);
  for (const one of placed) lines.add(one.candidate.line);
  const isHeading = (line: number): boolean => lines.has(line);
  const headings = nested(placed, choice.chosen, (article) => titleEnd(reading, article, isHeading));
  const notStructure = left.map((one): Finding => ({
    code: "reference",
    line: reading.lines.fileLine(one.line),
    text: `${VIETNAMESE[one.level] ?? ""} ${one.number} is no heading here: no article or section follows it`,
  }));
  const list: Finding[] =
    listed.size > 0
      ? [
          {
            code: "contents",
            line: reading.lines.fileLine(own[0]?.line ?? 0),
            text: `${listed.size} articles are a list of contents, up to line ${reading.lines.fileLine(listEnd)}`,
          },
        ]
      : [];
  const behind = candidates.articles.filter((one) => one.line >= until && one.evidence !== "certain");
  const begin = behind.every((one) => one.line >= ends.annexes) ? ends.annexes : until;
  const below: Finding[] =
    behind.length > 0
      ? [
          {
            code: "annex_articles",
            line: reading.lines.fileLine(begin),
            text: `${behind.length} lines below read as articles of annexes and are no units`,
          },
        ]
      : [];
  return {
    headings,
    dispute: earliest(choice.dispute, judged.dispute),
    findings: [
      ...choice.findings,
      ...judged.findings,
      ...repeated,
      ...notStructure.filter((one) => one.line > 0 && first >= 0),
      ...list,
      ...below,
    ],
  };
}

const earliest = (one: Dispute | undefined, other: Dispute | undefined): Dispute | undefined =>
  one === undefined || (other !== undefined && other.line < one.line) ? other : one;
