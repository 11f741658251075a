// Khoản and điểm inside an article: which of its lines are numbered paragraphs and lettered points of its own.
import type { Finding } from "../model/manifest.ts";
import { evidenceOf, type Evidence, type Level } from "./vn-law-1-candidates.ts";
import { chooseUnits, type Dispute } from "./vn-law-1-choice.ts";
import { amends, announcement, type Reading } from "./vn-law-1-context.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { lettered, numbered, type Numbered } from "./vn-law-1-numbers.ts";

/** A line that opens a clause or a point. */
export interface Marked extends Numbered {
  readonly line: number;
  readonly level: Level;
  readonly evidence: Evidence;
}

/** Clauses of an article with their points, in the order of their lines. */
export interface Inner {
  readonly marked: readonly Marked[];
  readonly findings: readonly Finding[];
  readonly dispute?: Dispute | undefined;
}

const STYLES: Readonly<Record<string, RegExp>> = {
  ".": /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\s?(?:\[\d{1,3}\])?\.(?!\d| \d{3}[. ])/u,
  ")": /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\)/u,
  "-": /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?) ?[-–] /u,
  "/": /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\/ /u,
};
const NOTED = /^([1-9]\d{0,2})([a-zđ]?)\.(\d{1,3})(?= )/u;
const POINT = /^(["“]\s*)?([a-zđ])(\d?)\)/u;

function formed(reading: Reading, line: number, quote: boolean, from: number, text: string): Evidence {
  // Amendments are enumerated by clauses and points that say what they do; what they announce is quoted.
  const announced = announcement(reading, line) === "amendment" && !amends(text);
  const evidence = evidenceOf(reading, line, { quote, announced, item: true, titled: (before) => before < from });
  // A number with nothing behind it is a cell of a table more often than a clause.
  return evidence === "strong" && /^\S+$/u.test(text) && reading.apart[line] === 0 ? "weak" : evidence;
}

/** The clause a line opens in a style. `1.19 Chỉ đạo` is clause 1 with the marker of note 19; `01.01.2020` is a date. */
function clauseAt(reading: Reading, line: number, style: string, from: number): Marked | undefined {
  const text = reading.lines.plain(line);
  const noted = style === "." ? NOTED.exec(text) : null;
  const match =
    noted !== null && reading.notes.numbers.has(Number(noted[3]))
      ? [noted[0], undefined, noted[1], noted[2]]
      : STYLES[style]?.exec(text);
  if (!match) return undefined;
  return {
    line,
    level: "clause",
    evidence: formed(reading, line, match[1] !== undefined, from, text),
    ...numbered(Number(match[2]), match[3] ?? ""),
  };
}

function pointAt(reading: Reading, line: number, from: number): Marked | undefined {
  const text = reading.lines.plain(line);
  const match = POINT.exec(text);
  if (match === null) return undefined;
  return {
    line,
    level: "point",
    evidence: formed(reading, line, match[1] !== undefined, from, text),
    ...lettered(match[2] ?? "", match[3] ?? ""),
  };
}

function textLines(reading: Reading, from: number, to: number): number[] {
  const found: number[] = [];
  for (let line = from; line < to; line += 1) if (reading.roles[line] === ROLE.text) found.push(line);
  return found;
}

function styleOf(reading: Reading, lines: readonly number[]): string {
  const begins = (style: string): boolean =>
    lines.some((line) => {
      const one = clauseAt(reading, line, style, lines[0] ?? 0);
      return one !== undefined && one.major === 1 && one.evidence !== "quoted" && one.evidence !== "reference";
    });
  return Object.keys(STYLES).find(begins) ?? ".";
}

function points(reading: Reading, from: number, to: number, scope: string): Inner {
  const lines = textLines(reading, from, to);
  const found = lines.flatMap((line) => pointAt(reading, line, from) ?? []);
  const { chosen, findings, dispute } = chooseUnits(reading, found, { unit: "điểm", scope });
  return { marked: chosen, findings, dispute };
}

/** Clauses, and with `deep` points, of the article whose text stands in lines from..to (its title excluded). */
export function innerUnits(reading: Reading, from: number, to: number, article: string, deep: boolean): Inner {
  const lines = textLines(reading, from, to);
  const style = styleOf(reading, lines);
  const found = lines.flatMap((line) => clauseAt(reading, line, style, from) ?? []);
  const clauses = chooseUnits(reading, found, { unit: "khoản", scope: ` of Điều ${article}` });
  if (!deep) return { marked: clauses.chosen, findings: clauses.findings, dispute: clauses.dispute };
  const parts: Inner[] = [{ marked: [], findings: clauses.findings, dispute: clauses.dispute }];
  const first = clauses.chosen[0]?.line ?? to;
  parts.push(points(reading, from, first, ` of Điều ${article}`));
  clauses.chosen.forEach((clause, index) => {
    const inside = points(
      reading,
      clause.line + 1,
      clauses.chosen[index + 1]?.line ?? to,
      ` of khoản ${clause.number} Điều ${article}`,
    );
    parts.push({ ...inside, marked: [clause, ...inside.marked] });
  });
  return {
    marked: parts.flatMap((part) => part.marked),
    findings: parts.flatMap((part) => part.findings),
    dispute: parts.find((part) => part.dispute)?.dispute,
  };
}
