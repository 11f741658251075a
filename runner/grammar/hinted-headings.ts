// What a hint calls a heading although it has the form of none: its number is read as a spoiled one, from what stands on both sides.
import type { SeriesKind } from "../model/manifest.ts";
import { doubtfulOn, type Doubtful } from "./doubtful-places.ts";
import type { Candidate } from "./vn-law-1-candidates.ts";
import type { Reading } from "./vn-law-1-context.ts";
import { ROLE } from "./vn-law-1-furniture.ts";
import { numbered } from "./vn-law-1-numbers.ts";

/** Candidates of both kinds, in the order of their lines. */
export interface Candidates {
  readonly articles: readonly Candidate[];
  readonly sections: readonly Candidate[];
}

/** Lines around a hinted one that a reading of it looks at. */
const AROUND = 45;
const KINDS: readonly SeriesKind[] = ["article", "chapter", "section", "subsection", "part"];
/** Numbers tried between two neighbours at most. */
const MOST = 60;

const opens = (one: Candidate): boolean =>
  !["quoted", "reference", "note", "table", "announced"].includes(one.evidence);

/** Numbers that a heading of a kind could have at a line: those between its neighbours, else the next one. */
function numbersAt(line: number, kind: SeriesKind, all: readonly Candidate[]): number[] {
  const own = all.filter((one) => one.level === kind && opens(one));
  const before = own.findLast((one) => one.line < line)?.major ?? 0;
  const after = own.find((one) => one.line > line)?.major ?? 0;
  const until = after > before + 1 ? Math.min(after - 1, before + MOST) : before + 1;
  const between = Array.from({ length: until - before }, (_, index) => before + 1 + index);
  // Sections begin again in every chapter.
  return kind === "article" ? between : [...new Set([...between, 1, ...(after > 1 ? [after - 1] : [])])];
}

/** What a line reads as, when everything is tried; first what has both its word and its number. */
function readingOf(
  reading: Reading,
  line: number,
  all: readonly Candidate[],
): (Doubtful & { kind: SeriesKind }) | undefined {
  const first = Math.max(0, line - AROUND);
  const lines: string[] = [];
  for (let at = first; at < Math.min(reading.lines.count, line + AROUND); at += 1) lines.push(reading.lines.plain(at));
  const heads = new Set(all.filter(opens).map((one) => one.line - first));
  const text = { lines, isUnit: (at: number) => at !== line - first && heads.has(at) };
  const found = KINDS.flatMap((kind) => {
    const doubt = doubtfulOn(text, line - first, { kind, numbers: numbersAt(line, kind, all), where: "gap" });
    return doubt === undefined ? [] : [{ ...doubt, kind }];
  });
  return found.find((one) => one.why === "spoiled") ?? found[0];
}

/** The candidates with those lines that only a hint makes headings of. */
export function withHintedHeadings(reading: Reading, candidates: Candidates): Candidates {
  // Several lines can stand in one of the file, and a hint is about all of them; the one that has the form is meant.
  const formed = new Set(
    [...candidates.articles, ...candidates.sections].map((one) => reading.lines.fileLine(one.line)),
  );
  const all = [...candidates.articles, ...candidates.sections].sort((one, other) => one.line - other.line);
  for (const [line, reads] of reading.hints) {
    if (reads !== "heading" || formed.has(reading.lines.fileLine(line))) continue;
    const doubt = readingOf(reading, line, all);
    if (doubt === undefined) continue;
    const { number, kind, title, broken } = doubt;
    const below =
      line + 1 + (broken === true ? reading.roles.slice(line + 1).findIndex((role) => role !== ROLE.blank) : 0);
    all.push({
      line,
      level: kind,
      evidence: "certain",
      rest: title,
      ...(broken === true ? { numbered: below } : {}),
      ...numbered(number, ""),
    });
    all.sort((one, other) => one.line - other.line);
  }
  return all.length === candidates.articles.length + candidates.sections.length
    ? candidates
    : {
        articles: all.filter((one) => one.level === "article"),
        sections: all.filter((one) => one.level !== "article"),
      };
}
