// The grammar profile `vn-law-1`: parts, chapters, articles, clauses and points of Vietnamese law; see docs/decisions/0023-vn-law-1.md.
import { digestOf } from "../model/canonical.ts";
import type {
  Finding,
  GrammarOptions,
  GrammarProfile,
  Hint,
  MarkResult,
  Refusal,
  VnLawOptions,
} from "../model/manifest.ts";
import { assembleManifest } from "./assemble-manifest.ts";
import { reconcile } from "./completeness.ts";
import { withHintedHeadings } from "./hinted-headings.ts";
import { prefixFault } from "./prefix.ts";
import { encodingRefusal, findRegion, nulRefusal } from "./source-region.ts";
import { CODIFIED, findCandidates, type Candidate } from "./vn-law-1-candidates.ts";
import { surroundings, wrapWidth, type Reading } from "./vn-law-1-context.ts";
import { lineRoles, ROLE } from "./vn-law-1-furniture.ts";
import { chooseHeadings, type Headings } from "./vn-law-1-headings.ts";
import { readLines, type Lines, type LinesInFile } from "./vn-law-1-lines.ts";
import { GROUP } from "./vn-law-1-marks.ts";
import { findNotes } from "./vn-law-1-notes.ts";
import { numberValue } from "./vn-law-1-numbers.ts";
import { findQuotations } from "./vn-law-1-quotes.ts";
import { annexesFrom, cutAnnexes, findAnnexes, signedFrom, tailFrom, type Annex } from "./vn-law-1-tail.ts";
import { makeUnits } from "./vn-law-1-units.ts";

/** The rules in words. Their digest is the profile's sha: whoever changes a rule changes the words, and old approvals stop matching. */
const RULES = {
  name: "vn-law-1",
  encoding:
    "UTF-8; NUL refused; a byte order mark at the region's start is separator; LF, CRLF, CR, " +
    "vertical tab, NEL, U+2028 and U+2029 end lines, a form feed behind text, and a heading " +
    "glued behind a sentence begins one",
  region: "between the lines CUT:BEGIN and CUT:END (comment form), each exactly once, else the whole file",
  recognition:
    "lines in NFC without Markdown marks, links, bullets, entities, hidden characters and edge " +
    "blanks; letters that look like Vietnamese ones count as these; bytes are kept",
  units:
    "Phần, Chương, Mục, Tiểu mục as section; Điều as article; by depth Roman groups, Khoản and " +
    "Điểm as paragraph; with annexes Phụ lục as appendix, each number once",
  text:
    "notes, quotations, tables, page furniture, front matter, references and lists of contents " +
    "open no unit; a line written as a heading is no note",
  choice:
    "the rising chain of greatest support, and what hints call headings; steps not by one and " +
    "unchosen look-alikes are findings; two readings, a gap that text fills exactly, and a " +
    "second text behind a signature are refused",
  title:
    "the heading's lines without edge marks, each break inside them one blank; a clause's or " +
    "point's number; an article that is one sentence: its number",
  body: "what follows up to the next unit without blank edge lines; empty: the title's bytes",
  outside:
    "what stands before the first unit, between the last article and the annexes, and behind " +
    "the last article or the signature that no article continues, without annexes",
  completeness:
    "an independent count of headings agrees with the units, or the places that do not are " +
    "refused; so is a line that could be a missing heading, or the next one, although it is spoiled",
  address:
    "prefix/DIEU-n; sections by path; groups, clauses and points below their article; eId of the Akoma Ntoso naming convention",
};

/** Lines of the form of headings that are weighed against each other; a law repeated a hundred times has fewer. */
const MOST_CANDIDATES = 100_000;

/** The beginning of a clause or a point. */
const INNER = /^(?:\d|\(\d|Khoản \d|(?:Điểm )?\(?[a-zđ]\d?[).\/ ])/u;

type Caps = { readonly units: number; readonly hard: number };

const refuse = (line: number, reason: string): Refusal => ({ code: "STOP_REFUSED_INPUT", line, reason });
const isVnLaw = (options: GrammarOptions): options is VnLawOptions => "depth" in options;

/** Everything about the lines that is decided before structure. */
function readText(lines: Lines, hints: readonly Hint[]): Reading {
  const roles = lineRoles(lines);
  const notes = findNotes(lines, roles);
  const said = new Map(hints.map((hint) => [hint.line, hint.reads] as const));
  const hinted = new Map<number, "heading" | "text">();
  for (let line = 0; said.size > 0 && line < lines.count; line += 1) {
    const reads = said.get(lines.fileLine(line));
    if (reads !== undefined) hinted.set(line, reads);
  }
  for (const [line, reads] of hinted)
    if (reads === "heading" && roles[line] !== undefined && roles[line] !== ROLE.blank) roles[line] = ROLE.text;
  return {
    lines,
    roles,
    notes,
    quotations: findQuotations(lines, roles),
    hints: hinted,
    ...surroundings(roles),
    width: wrapWidth(lines, roles),
  };
}

const linesSaid = (first_line: number, hints: readonly Hint[]): LinesInFile => ({
  first_line,
  headings: hints.filter((hint) => hint.reads === "heading").map((hint) => hint.line),
});

/** A hint must do something: name a line of the region, and a heading must have the form of one. */
function hintFault(
  reading: Reading,
  hints: readonly Hint[],
  forms: ReadonlySet<number>,
  deep: boolean,
): Refusal | undefined {
  const linesOf = new Map<number, number[]>();
  for (const line of reading.hints.keys()) {
    const file = reading.lines.fileLine(line);
    linesOf.set(file, [...(linesOf.get(file) ?? []), line]);
  }
  for (const hint of hints) {
    const lines = linesOf.get(hint.line);
    if (lines === undefined) return refuse(hint.line, `a hint names line ${hint.line}, which is not in the region`);
    const formed = (line: number): boolean => forms.has(line) || (deep && INNER.test(reading.lines.plain(line)));
    if (hint.reads === "heading" && !lines.some(formed))
      return refuse(hint.line, `a hint calls line ${hint.line} a heading, but it has the form of none`);
  }
  return undefined;
}

/** Units counted by level, so that a document too long to cut still tells its shape. */
function shape(units: readonly { readonly level?: string | undefined }[]): string {
  const counts = new Map<string, number>();
  for (const { level } of units) counts.set(level ?? "unit", (counts.get(level ?? "unit") ?? 0) + 1);
  return [...counts].map(([level, count]) => `${count} ${level}`).join(", ");
}

function overCap(count: number, caps: Caps, line: number, made = ""): Refusal | undefined {
  const over =
    count > caps.hard
      ? (["STOP_OVER_HARD_CAP", "hard cap", caps.hard] as const)
      : count > caps.units
        ? (["STOP_REFUSED_INPUT", "cap", caps.units] as const)
        : undefined;
  return (
    over && {
      code: over[0],
      line,
      reason: `${count} units${made === "" ? "" : ` (${made})`}; the ${over[1]} is ${over[2]}`,
    }
  );
}

/** What the approver should know about lines that opened no unit. */
function summaries(reading: Reading, tail: number, annexed: boolean): Finding[] {
  const at = (line: number): number => reading.lines.fileLine(line);
  const count = (role: number): number => reading.roles.reduce((sum, one) => sum + (one === role ? 1 : 0), 0);
  const found: Finding[] = [];
  if (reading.notes.numbers.size > 0)
    found.push({
      code: "footnotes",
      line: at(reading.notes.first),
      text: `${reading.notes.numbers.size} notes in ${count(ROLE.note)} lines are text where they stand`,
    });
  const furniture = reading.roles.findIndex((role) => role === ROLE.page || role === ROLE.furniture);
  if (furniture >= 0)
    found.push({
      code: "furniture",
      line: at(furniture),
      text:
        `${count(ROLE.page) + count(ROLE.furniture)} lines of page heads, page numbers, stamps, ` +
        "edit marks and rules are text where they stand",
    });
  for (const line of reading.quotations.unopened)
    found.push({ code: "quotation", line: at(line), text: "a quotation is closed that no mark opens" });
  for (const line of reading.quotations.unclosed)
    found.push({ code: "quotation", line: at(line), text: "a quotation is opened that no mark closes" });
  if (tail < reading.lines.count)
    found.push({
      code: "tail",
      line: at(tail),
      text: `what follows the last article from here on is recorded, not cut${annexed ? ", up to the annexes" : ""}`,
    });
  return found;
}

/** What a text without articles is numbered by, as far as that can be told. */
function nothing(reading: Reading, headings: Headings): Refusal {
  const { lines } = reading;
  if (headings.dispute) return refuse(lines.fileLine(headings.dispute.line), headings.dispute.reason);
  let found = 0;
  let first = 0;
  for (let line = 0; line < lines.count; line += 1) {
    const match = reading.roles[line] === ROLE.text ? GROUP.exec(lines.plain(line)) : null;
    if (match === null || numberValue(match[1] ?? "") !== found + 1) continue;
    if (found === 0) first = line;
    found += 1;
  }
  if (found < 2) return refuse(lines.fileLine(0), "no article (`Điều 1.`) of a Vietnamese law");
  return refuse(
    lines.fileLine(first),
    `no article (\`Điều 1.\`): this text is made of ${found} sections with Roman numbers, ` +
      `which vn-law-1 does not cut; written with ATX headings (\`## I. …\`), generic-atx-1 cuts ` +
      "it",
  );
}

/** Two texts in one file are cut one by one: no hint makes one law of them. */
function secondText(reading: Reading, second: { readonly line: number; readonly signature: number }): Refusal {
  const line = reading.lines.fileLine(second.line);
  const signature = reading.lines.fileLine(second.signature);
  return refuse(
    line,
    `a second text begins behind the signature of line ${signature}: line ${line} reads as its ` +
      "Điều 1; cut one of them between lines <!-- CUT:BEGIN --> and <!-- CUT:END -->",
  );
}

/** A number of the codification is a path of numbers, which no law bears. */
function codified(reading: Reading, articles: readonly Candidate[]): Refusal | undefined {
  const found = articles.find((one) => CODIFIED.test(reading.lines.plain(one.line)));
  return (
    found &&
    refuse(
      reading.lines.fileLine(found.line),
      "the number of this article is one of the codification (Pháp điển, `Điều 37.7.LQ.1`); vn-law-1 cuts laws as they were enacted",
    )
  );
}

/** Headings of annexes that are no units. */
function annexesLeft(reading: Reading, left: readonly Annex[]): Finding[] {
  const [first] = left;
  return first === undefined
    ? []
    : [
        {
          code: "annexes_left",
          line: reading.lines.fileLine(first.line),
          text: `${left.length} headings of annexes from here on list others, stand inside them or are printed again; they are text`,
        },
      ];
}

function mark(source: Uint8Array, prefix: string, options: GrammarOptions, caps: Caps): MarkResult {
  const fault = prefixFault(prefix) ?? (isVnLaw(options) ? undefined : "options of another grammar profile");
  if (fault !== undefined || !isVnLaw(options)) return { refusal: refuse(0, fault ?? "") };
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const unreadable = encodingRefusal(bytes) ?? nulRefusal(bytes);
  if (unreadable) return { refusal: unreadable };
  const found = findRegion(bytes);
  if (found.refusal) return { refusal: found.refusal };
  const { region } = found;
  const content_start = region.byte_start + region.bom;
  const read = readLines(bytes, content_start, region.byte_end, linesSaid(region.first_line, options.hints));
  if (read.fault) return { refusal: refuse(read.fault.line, read.fault.reason) };
  const reading = readText(read.lines, options.hints);
  const candidates = withHintedHeadings(reading, findCandidates(reading));
  const many = candidates.articles.length + candidates.sections.length;
  if (many > MOST_CANDIDATES)
    return {
      refusal: refuse(
        region.first_line,
        `${many} lines have the form of headings; ${MOST_CANDIDATES} are weighed at most`,
      ),
    };
  const annexes = findAnnexes(reading);
  const annexStart = annexesFrom(reading, annexes, candidates.articles);
  const forms = new Set([...candidates.articles, ...candidates.sections].map((one) => one.line));
  const hint = hintFault(reading, options.hints, forms, options.depth !== "dieu");
  if (hint) return { refusal: hint };
  const signed = signedFrom(reading, candidates.articles, annexStart);
  const other =
    signed.second === undefined ? codified(reading, candidates.articles) : secondText(reading, signed.second);
  if (other) return { refusal: other };
  const headings = chooseHeadings(reading, candidates, { law: signed.from, annexes: annexStart });
  const last = headings.headings.findLast((one) => one.level === "article");
  if (headings.dispute || last === undefined) return { refusal: nothing(reading, headings) };
  const early = overCap(
    headings.headings.length,
    caps,
    read.lines.fileLine(headings.headings[Math.min(caps.units, caps.hard)]?.line ?? 0),
  );
  if (early) return { refusal: early };
  const tail = tailFrom(reading, last.title_end, annexStart);
  const kept = headings.headings.filter((one) => one.line < tail);
  const cut = cutAnnexes(reading, annexes, annexStart);
  const made = makeUnits({ bytes, prefix }, reading, { headings: kept, tail, annexes: cut.annexes }, options);
  const stopped = made.dispute ?? made.fault;
  if (stopped) return { refusal: refuse(read.lines.fileLine(stopped.line), stopped.reason) };
  const over = overCap(
    made.units.length,
    caps,
    made.units[Math.min(caps.units, caps.hard)]?.line ?? 0,
    shape(made.units),
  );
  if (over) return { refusal: over };
  const count = reconcile({ text: read.text, first_line: region.first_line, units: made.units, hints: options.hints });
  const [lost] = count.unaccounted ?? [];
  if (lost) return { refusal: { ...refuse(lost.line, lost.reason), places: count.unaccounted ?? [] } };
  const findings = [
    ...(options.annexes ? annexesLeft(reading, cut.left) : []),
    ...found.findings,
    ...headings.findings,
    ...made.findings,
    ...summaries(reading, tail, options.annexes && annexStart < read.lines.count),
  ];
  return {
    manifest: assembleManifest({
      bytes,
      profile: vnLaw1,
      options,
      region,
      content_start,
      units: made.units,
      setext: [],
      findings,
      ...count,
    }),
  };
}

/**
 * See {@link GrammarProfile}. A refusal of line 0 is about the prefix or the options, not about a line. Never throws,
 * whatever the bytes.
 */
export const vnLaw1: GrammarProfile = { name: RULES.name, sha: digestOf(RULES), mark };
