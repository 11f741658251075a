// From candidates to the reading of the whole: what is chosen, what is worth telling, and where two readings are left.
import type { Finding } from "../model/manifest.ts";
import type { Evidence } from "./vn-law-1-candidates.ts";
import { announcement, type Reading } from "./vn-law-1-context.ts";
import { compareOrdinals, continues, type Ordinal } from "./vn-law-1-numbers.ts";
import { chooseWithHints } from "./hinted-sequence.ts";

/** Two readings, or none: line 0-based in the region, and what an operator must decide. */
export interface Dispute {
  readonly line: number;
  readonly reason: string;
}

/** The numbered things that may be chosen from; {@link Candidate} is one. */
export interface Choosable extends Ordinal {
  readonly line: number;
  readonly evidence: Evidence;
  readonly number: string;
}

/** What a choice came to. */
export interface Choice<T> {
  readonly chosen: readonly T[];
  readonly findings: readonly Finding[];
  readonly dispute?: Dispute | undefined;
}

const WEIGHT: Readonly<Record<Evidence, number>> = {
  certain: 1_000,
  strong: 4,
  weak: 1,
  perhaps: 1,
  announced: 1,
  quoted: 0,
  reference: 0,
};

/** How a choice names things: `Điều 5`, and the scope they are numbered in, empty for the whole document. */
export interface Names {
  readonly unit: string;
  readonly scope: string;
}

const HINT = "; a hints file decides";

function leftDispute<T extends Choosable>(
  reading: Reading,
  chosen: readonly T[],
  left: T,
  names: Names,
): Dispute | undefined {
  const at = (one: T): number => reading.lines.fileLine(one.line);
  const label = `${names.unit} ${left.number}${names.scope}`;
  const twin = chosen.find((one) => compareOrdinals(one, left) === 0);
  if (twin) {
    const [first, second] = twin.line < left.line ? [twin, left] : [left, twin];
    return { line: second.line, reason: `lines ${at(first)} and ${at(second)} both read as ${label}${HINT}` };
  }
  const before = chosen.findLast((one) => one.line < left.line);
  const after = chosen.find((one) => one.line > left.line);
  const next = after ?? before;
  if (next === undefined) return undefined;
  return {
    line: left.line,
    reason: `line ${at(left)} reads as ${label}, out of order beside ${names.unit} ${next.number} of line ${at(next)}${HINT}`,
  };
}

/** Text that looked like a heading. */
function leftFinding(reading: Reading, left: Choosable, names: Names): Finding {
  const why: Readonly<Record<Evidence, string>> = {
    certain: "",
    strong: "",
    weak: "the line before does not end a sentence",
    perhaps: "what is quoted lacks a mark there",
    announced: "quoted text is announced before it",
    quoted: "it is quoted",
    reference: "the sentence before goes on there",
  };
  const code =
    left.evidence === "quoted" || left.evidence === "perhaps" || left.evidence === "announced"
      ? "quoted_unit"
      : "reference";
  return {
    code,
    line: reading.lines.fileLine(left.line),
    text: `${names.unit} ${left.number} is no heading here: ${why[left.evidence]}`,
  };
}

/** Numbers that are missing in a chosen sequence, one finding at each step that is not by one. */
function gaps<T extends Choosable>(reading: Reading, chosen: readonly T[], names: Names): Finding[] {
  let before: Ordinal & { number: string } = { major: 0, minor: 0, number: "" };
  const found: Finding[] = [];
  for (const one of chosen) {
    if (!continues(before, one)) {
      const text =
        before.number === ""
          ? `${names.unit} begins at ${one.number}${names.scope}`
          : `${names.unit} ${before.number} is followed by ${one.number}${names.scope}`;
      found.push({ code: "gap", line: reading.lines.fileLine(one.line), text });
    }
    before = one;
  }
  return found;
}

/** A quotation that would have to hold exactly what is missing outside is no quotation anybody can be sure of. */
function quotedGap<T extends Choosable>(
  reading: Reading,
  chosen: readonly T[],
  quoted: readonly T[],
  names: Names,
): Dispute | undefined {
  let index = 0;
  let before: T | undefined;
  for (const one of chosen) {
    const from: Ordinal = before ?? { major: 0, minor: 0 };
    const start = before?.line ?? -1;
    before = one;
    if (continues(from, one)) continue;
    while ((quoted[index]?.line ?? one.line) < start) index += 1;
    for (let at = index; (quoted[at]?.line ?? one.line) < one.line; at += 1) {
      const candidate = quoted[at];
      if (!candidate || !continues(from, candidate) || /^["“”«]/u.test(reading.lines.plain(candidate.line))) continue;
      const mark = reading.quotations.opened[candidate.line] ?? -1;
      return {
        line: candidate.line,
        reason: `line ${reading.lines.fileLine(candidate.line)} reads as ${names.unit} ${candidate.number}, which is missing, but line ${reading.lines.fileLine(Math.max(mark, 0))} opens a quotation around it${HINT}`,
      };
    }
  }
  // Behind the last chosen one, what continues the numbers is quoted only where a quotation was announced.
  const last = chosen.at(-1);
  const swallowed =
    last &&
    quoted.find(
      (one) =>
        one.line > last.line &&
        continues(last, one) &&
        !/^["“”«]/u.test(reading.lines.plain(one.line)) &&
        announcement(reading, reading.quotations.opened[one.line] ?? -1) === "none",
    );
  return (
    swallowed && {
      line: swallowed.line,
      reason: `line ${reading.lines.fileLine(swallowed.line)} reads as ${names.unit} ${swallowed.number}, but line ${reading.lines.fileLine(Math.max(reading.quotations.opened[swallowed.line] ?? 0, 0))} opens a quotation around it that nothing announces${HINT}`,
    }
  );
}

/** A line that may be quoted and yet is needed for the sequence has two readings; so has a weak one that nothing follows. */
function doubtfulChosen<T extends Choosable>(
  reading: Reading,
  chosen: readonly T[],
  names: Names,
): Dispute | undefined {
  for (const [index, one] of chosen.entries()) {
    const before = reading.before[one.line] ?? -1;
    const last = index === chosen.length - 1;
    const announcedHere = one.evidence === "announced";
    if (!announcedHere && !(one.evidence === "weak" && last && index > 0)) continue;
    return {
      line: one.line,
      reason: `line ${reading.lines.fileLine(one.line)} reads as ${names.unit} ${one.number}${names.scope}, but line ${reading.lines.fileLine(before)} ${announcedHere ? "announces a quoted text" : "does not end a sentence"}${HINT}`,
    };
  }
  return undefined;
}

/** The consistent reading of candidates that are numbered in one scope, in the order of their lines. */
export function chooseUnits<T extends Choosable>(reading: Reading, all: readonly T[], names: Names): Choice<T> {
  const open = all.filter((one) => WEIGHT[one.evidence] > 0);
  const chosen = chooseWithHints(open, (one) => WEIGHT[one.evidence]);
  const picked = new Set(chosen);
  const left = all.filter((one) => !picked.has(one));
  const disputed = left.find((one) => one.evidence === "strong" || one.evidence === "certain");
  const dispute =
    (disputed && leftDispute(reading, chosen, disputed, names)) ??
    doubtfulChosen(reading, chosen, names) ??
    quotedGap(
      reading,
      chosen,
      left.filter((one) => one.evidence === "quoted"),
      names,
    );
  const weak = chosen
    .filter((one) => one.evidence === "weak" || one.evidence === "perhaps")
    .map((one): Finding => ({
      code: "weak_heading",
      line: reading.lines.fileLine(one.line),
      text: `${names.unit} ${one.number} is taken for a heading because its number fits; ${one.evidence === "weak" ? "the line before does not end a sentence" : "a quotation mark near it is missing"}`,
    }));
  return {
    chosen,
    dispute,
    findings: [
      ...gaps(reading, chosen, names),
      ...weak,
      ...left.filter((one) => one !== disputed).map((one) => leftFinding(reading, one, names)),
    ],
  };
}
