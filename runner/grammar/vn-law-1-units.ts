// From chosen headings to units: spans of bytes, names, parents.
import { sha256 } from "../model/canonical.ts";
import type { Finding, ManifestUnit, VnLawOptions } from "../model/manifest.ts";
import { hasHidden, hasVisible } from "../rules/text-hygiene.ts";
import type { Level } from "./vn-law-1-candidates.ts";
import type { Dispute } from "./vn-law-1-choice.ts";
import { innerUnits, type Marked } from "./vn-law-1-clauses.ts";
import type { Reading } from "./vn-law-1-context.ts";
import { inCapitals } from "./vn-law-1-endings.ts";
import type { Heading } from "./vn-law-1-headings.ts";
import { ARTICLE_BYTES, CLAUSE_BYTES, GROUP_BYTES, POINT_BYTES } from "./vn-law-1-marks.ts";
import { LEVEL_WORDS, namesOf, type UnitNames } from "./vn-law-1-names.ts";
import type { Numbered } from "./vn-law-1-numbers.ts";
import { bodySpan, numberSpan, titleBreaks, titleSpan, titleText, type Span } from "./vn-law-1-spans.ts";
import type { Annex } from "./vn-law-1-tail.ts";

/** What is to be cut: headings before line `tail`, and with the option annexes from line `annexes` on. */
export interface Cut {
  readonly headings: readonly Heading[];
  readonly tail: number;
  readonly annexes: readonly Annex[];
}

/** Units, or the first place with two readings. */
export interface Units {
  readonly units: readonly ManifestUnit[];
  readonly findings: readonly Finding[];
  readonly dispute?: Dispute | undefined;
  readonly fault?: Dispute;
}

interface Planned extends Numbered {
  readonly line: number;
  readonly level: Level;
  readonly title_end: number;
  readonly until: number;
  readonly parent: number;
}

/** A first sentence of so many characters is text, not title. */
const SENTENCE = 120;
/** Titles of fewer characters are likely to come again. */
const SHORT_TITLE = 8;

/** Headings, and the clauses and points between them as deep as asked for. */
function planned(
  reading: Reading,
  cut: Cut,
  options: VnLawOptions,
): { plan: Planned[]; findings: Finding[]; dispute?: Dispute | undefined } {
  const plan: Planned[] = [];
  const findings: Finding[] = [];
  const places = new Map<number, number>();
  for (const [index, heading] of cut.headings.entries()) {
    const until = cut.headings[index + 1]?.line ?? cut.tail;
    const inner =
      heading.level === "article" && options.depth !== "dieu"
        ? innerUnits(
            { reading, from: heading.title_end + 1, to: until, name: ` of Điều ${heading.number}` },
            options.depth === "diem",
          )
        : { marked: [], findings: [] };
    if ("dispute" in inner && inner.dispute) return { plan, findings, dispute: inner.dispute };
    findings.push(...inner.findings);
    places.set(index, plan.length);
    plan.push({ ...heading, until: inner.marked[0]?.line ?? until, parent: places.get(heading.parent) ?? -1 });
    pushInner(plan, inner.marked, until);
  }
  return { plan, findings };
}

/** Groups, clauses and points in the order of their lines, each below the nearest of a higher rank. */
function pushInner(plan: Planned[], marked: readonly Marked[], until: number): void {
  const open: { readonly rank: number; readonly index: number }[] = [
    { rank: LEVEL_WORDS.article.rank, index: plan.length - 1 },
  ];
  marked.forEach((one, index) => {
    const { rank } = LEVEL_WORDS[one.level];
    while ((open.at(-1)?.rank ?? 0) >= rank) open.pop();
    const parent = open.at(-1)?.index ?? -1;
    open.push({ rank, index: plan.length });
    const { line, level, major, minor, address, number } = one;
    // Member by member: a law has tens of thousands of these, and copies of whole objects are the slowest part of cutting it.
    plan.push({
      line,
      level,
      major,
      minor,
      address,
      number,
      title_end: line,
      until: marked[index + 1]?.line ?? until,
      parent,
    });
  });
}

function annexPlan(reading: Reading, cut: Cut): Planned[] {
  return cut.annexes.map((annex, index) => {
    const until = cut.annexes[index + 1]?.line ?? reading.lines.count;
    let title_end = annex.line;
    for (
      let next = reading.after[title_end] ?? -1;
      next >= 0 && next < until && next - annex.line < 12 && inCapitals(reading.lines.plain(next));
      next = reading.after[next] ?? -1
    )
      title_end = next;
    return { ...annex, level: "annex", title_end, until, parent: -1 };
  });
}

/** Units that are titled by their number. */
const MARKERS: Partial<Readonly<Record<Level, RegExp>>> = { clause: CLAUSE_BYTES, point: POINT_BYTES };

/** Where title and body of a unit stand, the body's text, and the end of the unit. */
interface Spans {
  readonly title: Span;
  readonly body: Span;
  readonly text: string;
  readonly end: number;
}

/** Title and body of a unit in bytes. An article whose title is its first sentence is titled by its number alone. */
function spansOf(bytes: Buffer, reading: Reading, one: Planned): Spans {
  const read = ({ start, end }: Span): string => bytes.toString("utf8", start, end);
  const whole = titleSpan(bytes, reading.lines, one.line, one.title_end);
  const marker =
    MARKERS[one.level] ??
    (one.level === "group" && /[.;:]\s*$/u.test(bytes.toString("utf8", whole.start, whole.end))
      ? GROUP_BYTES
      : undefined);
  const title = marker ? numberSpan(bytes, whole, marker) : whole;
  const body = bodySpan(bytes, reading.lines, { title, until: one.until, inline: marker !== undefined });
  const text = body.start >= body.end ? "" : read(body);
  const empty = text === "" || !hasVisible(text);
  const sentence =
    one.level === "article" && /[.;]["”]?$/u.test(read(title)) && (empty || title.end - title.start > SENTENCE * 1.3);
  if (sentence) {
    const short = numberSpan(bytes, whole, ARTICLE_BYTES);
    const rest = bodySpan(bytes, reading.lines, { title: short, until: one.until, inline: true });
    if (short.end < whole.end && rest.start < rest.end)
      return { title: short, body: rest, text: read(rest), end: rest.unit_end };
  }
  return empty
    ? { title, body: title, text: read(title), end: Math.max(body.unit_end, body.end) }
    : { title, body, text, end: body.unit_end };
}

/** Digests of titles: those of clauses and points are their numbers, the same in every article. */
function titleShas(): (title: string) => string {
  const known = new Map<string, string>();
  return (title) => {
    const found = known.get(title);
    if (found !== undefined) return found;
    const made = sha256(title);
    if (title.length < SHORT_TITLE) known.set(title, made);
    return made;
  };
}

/** The units of a cut. Addresses that occur twice are a fault, because they could not be told apart any more. */
export function makeUnits(
  { bytes, prefix }: { readonly bytes: Buffer; readonly prefix: string },
  reading: Reading,
  cut: Cut,
  options: VnLawOptions,
): Units {
  const { plan, findings, dispute } = planned(reading, cut, options);
  if (dispute) return { units: [], findings, dispute };
  const names: UnitNames[] = [];
  const lineOf = new Map<string, number>();
  const units: ManifestUnit[] = [];
  const shaOf = titleShas();
  for (const [index, one] of [...plan, ...(options.annexes ? annexPlan(reading, cut) : [])].entries()) {
    const named = namesOf(prefix, one.level, one, names[one.parent]);
    names.push(named);
    const line = reading.lines.fileLine(one.line);
    const twin = lineOf.get(named.address);
    if (twin !== undefined)
      return {
        units,
        findings,
        fault: {
          line: one.line,
          reason: `lines ${twin} and ${line} would both be ${named.address}; a hints file decides`,
        },
      };
    lineOf.set(named.address, line);
    const { title, body, text, end } = spansOf(bytes, reading, one);
    const breaks = titleBreaks(bytes, title);
    const bodyBytes = bytes.subarray(body.start, body.end);
    const shown = titleText(bytes, title, breaks);
    if (!hasVisible(shown))
      return { units, findings, fault: { line: one.line, reason: "the heading shows no character" } };
    if (hasHidden(shown))
      findings.push({
        code: "hidden_in_title",
        line,
        text: `${named.address}: invisible, bidirectional or control characters in the title; its bytes are kept`,
      });
    const unit: ManifestUnit = {
      ordinal: index + 1,
      address: named.address,
      eid: named.eid,
      depth: LEVEL_WORDS[one.level].rank,
      line,
      section_type: LEVEL_WORDS[one.level].section_type,
      parent: names[one.parent]?.address ?? null,
      level: one.level,
      number: one.number,
      title: shown,
      title_start: title.start,
      title_end: title.end,
      title_sha: shaOf(shown),
      body: text,
      body_start: body.start,
      body_end: body.end,
      content_hash: sha256(bodyBytes),
      byte_start: reading.lines.start(one.line),
      byte_end: end,
    };
    units.push(
      breaks.length === 0
        ? unit
        : { ...unit, title_breaks: breaks.map(({ start, end: to }) => ({ byte_start: start, byte_end: to })) },
    );
  }
  return { units, findings };
}
