// Khoản and điểm inside an article: which of its lines are numbered paragraphs and lettered points of its own.
import type { Finding } from "../model/manifest.ts";
import { evidenceOf, type Evidence, type Level } from "./vn-law-1-candidates.ts";
import { chooseUnits, type Choosable, type Dispute } from "./vn-law-1-choice.ts";
import { amends, announcement, type Reading } from "./vn-law-1-context.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { CLAUSE_STYLES, GROUP, NOTED_CLAUSE, POINT_STYLES, SUBCLAUSE, type Style } from "./vn-law-1-marks.ts";
import { compareOrdinals, letteredAmong, numbered, numberValue, type Numbered } from "./vn-law-1-numbers.ts";

/** A line that opens a group of clauses, a clause or a point. */
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

/** Lines from..to of an article, and how it is called: ` of Điều 5`. */
export interface Scope {
  readonly reading: Reading;
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

const OPEN: readonly Evidence[] = ["certain", "strong", "weak"];

/** Whether a line with nothing but a number opens a clause: a sentence follows on the next. Else it is a cell of a table. */
function sentenceFollows(reading: Reading, line: number): boolean {
  const next = reading.after[line] ?? -1;
  const text = next < 0 ? "" : reading.lines.plain(next);
  return /^["“]?\p{Lu}/u.test(text) && (/[.;:,]$/u.test(text) || text.length > 40);
}

function formed(scope: Scope, line: number, quote: boolean, text: string): Evidence {
  const { reading } = scope;
  // Amendments are enumerated by clauses and points that say what they do; what they announce is quoted.
  const announced = announcement(reading, line) === "amendment" && !amends(text);
  const evidence = evidenceOf(reading, line, { quote, announced, item: true, titled: (before) => before < scope.from });
  if (evidence === "glued") return "reference";
  return evidence === "strong" && /^\S+$/u.test(text) && reading.apart[line] === 0 && !sentenceFollows(reading, line)
    ? "weak"
    : evidence;
}

/** The clause a line opens in a style. `1.19 Chỉ đạo` is clause 1 with the marker of note 19; `01.01.2020` is a date. */
function clauseAt(scope: Scope, line: number, style: Style): Marked | undefined {
  const text = scope.reading.lines.plain(line);
  const noted = style.name === "." ? NOTED_CLAUSE.exec(text) : null;
  const match =
    noted !== null && scope.reading.notes.numbers.has(Number(noted[3]))
      ? [noted[0], undefined, noted[1], noted[2]]
      : style.form.exec(text);
  if (!match) return undefined;
  return {
    line,
    level: "clause",
    evidence: formed(scope, line, match[1] !== undefined, text),
    ...numbered(Number(match[2]), match[3] ?? ""),
  };
}

/** Lines of text, and of notes as far as they are not quoted: what is missing in the text must not stand there. */
function textLines({ reading, from, to }: Scope): number[] {
  const found: number[] = [];
  for (let line = from; line < to; line += 1) {
    if (reading.roles[line] === ROLE.text || (reading.roles[line] === ROLE.note && reading.notes.quoted[line] === 0))
      found.push(line);
  }
  return found;
}

/** What was found in the style in which the numbering begins, with a second one where a first alone says little. */
function styleOf<T extends { readonly found: readonly Choosable[] }>(
  styles: readonly Style[],
  readIn: (style: Style) => T,
): T | undefined {
  let common: T | undefined;
  for (const style of styles) {
    const read = readIn(style);
    common ??= read;
    const open = read.found.filter(
      (one) => one.evidence !== "quoted" && one.evidence !== "reference" && one.evidence !== "note" && one.minor === 0,
    );
    if (open.some((one) => one.major === 1) && (!style.pair || open.some((one) => one.major === 2))) return read;
  }
  // Where the first one is lost the common style, which comes first, is read all the same, and its gap is told.
  return common;
}

const CELL = /^(?:\d[\d.,]*%?|[-–x])$/u;

/** Whether the line is a row of a table: its text ends without a stop and cells with numbers follow. */
function isRow(reading: Reading, line: number): boolean {
  for (let at = line, count = 0; count < 4; count += 1) {
    const text = reading.lines.plain(at);
    if (count > 0 && CELL.test(text)) return reading.roles[at - 1] !== ROLE.blank;
    if (text === "" || /[.;:]$/u.test(text) || at + 1 >= reading.lines.count) return false;
    at += 1;
  }
  return false;
}

/** Numbered rows of tables inside an article are its text. */
function withoutRows(scope: Scope, all: readonly Marked[]): readonly Marked[] {
  const rows = all.filter((one) => one.evidence !== "certain" && isRow(scope.reading, one.line));
  if (rows.length < 2 || rows[0]?.major !== 1) return all;
  return all.map((one) => (rows.includes(one) ? { ...one, evidence: "table" } : one));
}

/** An inserted clause that is printed right before its own number, 1a before 1: one reading, out of order. */
function printedEarly(all: readonly Marked[]): readonly Marked[] {
  return all.map((one, index) => {
    const next = all[index + 1];
    const early =
      one.minor > 0 &&
      one.evidence === "strong" &&
      next?.major === one.major &&
      next.minor === 0 &&
      !all.some((other) => other !== one && compareOrdinals(other, one) === 0);
    return early ? { ...one, evidence: "certain" } : one;
  });
}

/** The point a line opens in a style, as its letter and number. */
function pointAt(
  scope: Scope,
  line: number,
  style: Style,
): { line: number; letter: string; digits: string; evidence: Evidence } | undefined {
  const text = scope.reading.lines.plain(line);
  const match = style.form.exec(text);
  return match === null
    ? undefined
    : {
        line,
        letter: match[2] ?? "",
        digits: match[3] ?? "",
        evidence: formed(scope, line, match[1] !== undefined, text),
      };
}

/** d and đ are one letter to many scanners: two of one of them in a row, and none of the other, are both. */
function bothLetters(all: readonly { line: number; letter: string; digits: string; evidence: Evidence }[]): {
  readonly all: typeof all;
  readonly line: number;
} {
  const open = all.filter((one) => OPEN.includes(one.evidence) && one.digits === "");
  const twins = open.filter((one) => one.letter === "d" || one.letter === "đ");
  const [first, second] = twins;
  if (
    twins.length !== 2 ||
    !first ||
    !second ||
    first.letter !== second.letter ||
    open.indexOf(second) !== open.indexOf(first) + 1
  )
    return { all, line: -1 };
  return {
    all: all.map((one) => (one === first ? { ...one, letter: "d" } : one === second ? { ...one, letter: "đ" } : one)),
    line: first.letter === "d" ? second.line : first.line,
  };
}

/** Points of one style in a scope, with what is odd about their letters. */
function pointsOf(
  scope: Scope,
  lines: readonly number[],
  style: Style,
): { found: readonly Marked[]; findings: readonly Finding[] } {
  const read: { line: number; letter: string; digits: string; evidence: Evidence }[] = [];
  for (const line of lines) {
    const point = pointAt(scope, line, style);
    if (point !== undefined) read.push(point);
  }
  if (read.length === 0) return { found: [], findings: [] };
  const { all, line: twin } = bothLetters(read);
  const open = new Set(all.filter((one) => OPEN.includes(one.evidence)).map((one) => one.letter));
  const found = all.map((one): Marked => ({
    line: one.line,
    level: "point",
    evidence: one.evidence,
    ...letteredAmong(one.letter, one.digits, open),
  }));
  const at = (line: number): number => scope.reading.lines.fileLine(line);
  const findings = found
    .filter((one) => /^[fjwz]/u.test(one.number) && OPEN.includes(one.evidence))
    .map((one): Finding => ({
      code: "letter",
      line: at(one.line),
      text: `điểm ${one.number}${scope.name} has a letter that the Vietnamese order does not know`,
    }));
  if (twin >= 0)
    findings.push({
      code: "letter",
      line: at(twin),
      text: `two points in a row have the same letter d or đ${scope.name}; they are read as d and đ`,
    });
  return { found, findings };
}

/** Whether the letters begin again in one scope: a second a) behind a b). What is numbered so stands below something that is no unit. */
function beginsAgain(found: readonly Marked[]): Marked | undefined {
  const open = found.filter((one) => OPEN.includes(one.evidence));
  return open.find(
    (one, index) => index > 1 && one.major === 1 && one.minor === 0 && (open[index - 1]?.major ?? 0) > 1,
  );
}

/** Points of one clause, or of an article without clauses. */
function points(scope: Scope): Inner {
  const { reading } = scope;
  const lines = textLines(scope);
  const read = styleOf(POINT_STYLES, (style) => pointsOf(scope, lines, style));
  if (read === undefined || read.found.length === 0) return { marked: [], findings: [] };
  const again = beginsAgain(read.found);
  if (again !== undefined && !reading.hints.has(again.line)) {
    const parts = lines.some((line) => SUBCLAUSE.test(reading.lines.plain(line)));
    const why = parts ? "below numbers of two parts" : "again";
    return {
      marked: [],
      findings: [
        {
          code: "points_left",
          line: reading.lines.fileLine(again.line),
          text: `points${scope.name} begin ${why} at this line; they are left as its text (điểm a twice)`,
        },
      ],
    };
  }
  const { chosen, findings, dispute } = chooseUnits(reading, read.found, { unit: "điểm", scope: scope.name });
  return { marked: chosen, findings: [...findings, ...read.findings], dispute };
}

/** Clauses, and with `deep` points, of lines that are numbered together. */
function clausesAndPoints(scope: Scope, deep: boolean): Inner {
  const { reading } = scope;
  const lines = textLines(scope);
  const read = styleOf(CLAUSE_STYLES, (style) => ({
    found: lines.flatMap((line) => clauseAt(scope, line, style) ?? []),
  }));
  const clauses = chooseUnits(reading, printedEarly(withoutRows(scope, read?.found ?? [])), {
    unit: "khoản",
    scope: scope.name,
  });
  if (!deep) return { marked: clauses.chosen, findings: clauses.findings, dispute: clauses.dispute };
  const parts: Inner[] = [{ marked: [], findings: clauses.findings, dispute: clauses.dispute }];
  parts.push(points({ ...scope, to: clauses.chosen[0]?.line ?? scope.to }));
  clauses.chosen.forEach((clause, index) => {
    const to = clauses.chosen[index + 1]?.line ?? scope.to;
    const inside = points({
      reading,
      from: clause.line + 1,
      to,
      name: ` of khoản ${clause.number}${scope.name.replace(" of", "")}`,
    });
    parts.push({ ...inside, marked: [clause, ...inside.marked] });
  });
  return joined(parts);
}

const joined = (parts: readonly Inner[]): Inner => ({
  marked: parts.flatMap((part) => part.marked),
  findings: parts.flatMap((part) => part.findings),
  dispute: parts.find((part) => part.dispute)?.dispute,
});

/** Groups I, II, … of an article: rising by one from I, at least two of them, each at the beginning of a paragraph. */
function groups(scope: Scope): readonly Marked[] {
  const found: Marked[] = [];
  for (const line of textLines(scope)) {
    const match = GROUP.exec(scope.reading.lines.plain(line));
    const value = match === null ? undefined : numberValue(match[1] ?? "");
    if (value === undefined || value !== found.length + 1) continue;
    const evidence = formed(scope, line, false, match?.[0] ?? "");
    if (evidence === "strong" || evidence === "certain")
      found.push({ line, level: "group", evidence, ...numbered(value, "") });
  }
  return found.length > 1 ? found : [];
}

/** Clauses, and with `deep` points, of an article; its title stands outside the scope. */
export function innerUnits(scope: Scope, deep: boolean): Inner {
  const { reading, to, name } = scope;
  const heads = groups(scope);
  const [first] = heads;
  if (first === undefined) return clausesAndPoints(scope, deep);
  const parts = [clausesAndPoints({ ...scope, to: first.line }, deep)];
  heads.forEach((head, index) => {
    const until = heads[index + 1]?.line ?? to;
    const inside = clausesAndPoints(
      { reading, from: head.line + 1, to: until, name: ` of mục ${head.number}${name.replace(" of", "")}` },
      deep,
    );
    parts.push({ ...inside, marked: [head, ...inside.marked] });
  });
  return joined(parts);
}
