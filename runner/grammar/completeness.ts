// Is anything missing? The independent count of headings is reconciled with the units that were chosen: a number that is missing
// among them and stands somewhere as a heading could stand is a refusal; see docs/decisions/0024-completeness.md.
import type {
  Completeness,
  Elsewhere,
  Hint,
  ManifestUnit,
  RefusedPlace,
  Series,
  SeriesKind,
} from "../model/manifest.ts";
import { completenessText } from "./completeness-text.ts";
import { doubtfulPlaces, hasSoftBreaks, majorOf, type DoubtfulPlace, type Searched } from "./gaps.ts";
import { folded, linesOf, placesIn, type Place } from "./heading-count.ts";

/** A law as it was cut. text: its region; first_line: 1-based line of the file where the region begins. */
export interface CutText {
  readonly text: string;
  readonly first_line: number;
  readonly units: readonly ManifestUnit[];
  readonly hints: readonly Hint[];
}

/** Nothing is missing, with the account of it; or the places that nobody has accounted for. */
export type Reconciled =
  | { readonly completeness: Completeness; readonly unaccounted?: never }
  | { readonly unaccounted: readonly RefusedPlace[]; readonly completeness?: never };

const NAMES: Readonly<Record<SeriesKind, string>> = {
  part: "Phần",
  chapter: "Chương",
  section: "Mục",
  subsection: "Tiểu mục",
  article: "Điều",
};
const KINDS: readonly SeriesKind[] = ["part", "chapter", "section", "subsection", "article"];
/** Lost in a row behind the last article, so many at most are found by the numbers that go on. */
const BEHIND = 3;
/** No law has more articles; candidates of the grammar end at this number too. */
const LONGEST_LAW = 9_999;

const called = (one: Pick<Place, "kind" | "number">): string => `${NAMES[one.kind]} ${one.number}`;
const keyOf = (kind: string, number: string, line: number): string => `${kind} ${number} ${line}`;

/** The chosen units as this judgement needs them. */
class Chosen {
  readonly body: readonly ManifestUnit[];
  readonly articles: readonly ManifestUnit[];
  private readonly kinds: ReadonlyMap<SeriesKind, readonly ManifestUnit[]>;
  readonly lines: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  readonly first: number;
  readonly end: number;
  constructor(cut: CutText) {
    this.body = cut.units.filter((unit) => unit.level !== "annex");
    this.articles = this.body.filter((unit) => unit.level === "article");
    this.kinds = new Map(KINDS.map((kind) => [kind, this.body.filter((unit) => unit.level === kind)]));
    this.lines = new Set(
      KINDS.flatMap((kind) => this.of(kind)).map((unit) => keyOf(unit.level ?? "", unit.number ?? "", unit.line)),
    );
    this.numbers = new Set(this.articles.map((unit) => unit.number ?? ""));
    this.first = this.body[0]?.line ?? 0;
    this.end = endOf(cut, this.body.at(-1));
  }
  of(kind: SeriesKind): readonly ManifestUnit[] {
    return this.kinds.get(kind) ?? [];
  }
  has(place: Place): boolean {
    return this.lines.has(keyOf(place.kind, place.number, place.line));
  }
  articleAbove(line: number): ManifestUnit | undefined {
    return this.articles.findLast((unit) => unit.line <= line);
  }
}

const LINE_END = /\r\n|\r|\n/g;
const LF = 10;
const CR = 13;

/** Line of the file on which a unit ends; its body may stand some blank lines below the title. */
function endOf({ text, first_line }: CutText, unit: ManifestUnit | undefined): number {
  if (unit === undefined) return 0;
  let start = 0;
  let line = first_line;
  for (let at = 0; line < unit.line && at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== LF && code !== CR) continue;
    if (code === CR && text.charCodeAt(at + 1) === LF) at += 1;
    start = at + 1;
    line += 1;
  }
  const from = unit.body === "" ? -1 : text.indexOf(unit.body, start);
  const until = from < 0 ? unit.title : text.slice(start, from + unit.body.length);
  return unit.line + (until.match(LINE_END)?.length ?? 0) + (from < 0 ? 1 : 0);
}

const isQuoted = (place: Place): boolean => place.opened || place.within;

/** Places behind the last unit that belong to a text of its own, because the numbers began again there: annexes, forms, regulations. */
function restarted(places: readonly Place[], chosen: Chosen): ReadonlySet<Place> {
  const own = new Set<Place>();
  let again = false;
  for (const place of places) {
    if (place.line <= chosen.end) continue;
    again ||= place.major === 1 && (place.kind === "article" || place.kind === "chapter");
    if (again) own.add(place);
  }
  return own;
}

/**
 * Places behind the last article whose numbers go on from it, one after another. A mark that opens a place makes it quoted law, and so
 * are those that follow it by number in the same quotation; only the very next number is never taken for quoted on that account.
 */
function goingOn(places: readonly Place[], chosen: Chosen, elsewhere: ReadonlySet<Place>): ReadonlySet<Place> {
  const lost = new Set<Place>();
  const highest = Math.max(0, ...chosen.articles.map(majorOf));
  let reach = highest;
  let quoted = 0;
  for (const place of places) {
    if (
      place.kind !== "article" ||
      place.line < (chosen.articles.at(-1)?.line ?? 0) ||
      place.refers ||
      elsewhere.has(place)
    )
      continue;
    const follows = place.within && quoted > 0 && place.major === quoted + 1 && place.major !== highest + 1;
    quoted = place.opened || follows ? place.major : 0;
    if (quoted > 0 || place.major < reach + (lost.size === 0 ? 1 : 0) || place.major > reach + BEHIND) continue;
    lost.add(place);
    reach = place.major;
  }
  return lost;
}

/** Why an article place that opens no unit may be a lost article; undefined where nothing speaks for that. */
function articleLost(
  place: Place,
  chosen: Chosen,
  elsewhere: ReadonlySet<Place>,
  behind: ReadonlySet<Place>,
): string | undefined {
  if (behind.has(place))
    return (
      `which would follow Điều ${chosen.articles.at(-1)?.number ?? ""} of line ` +
      `${chosen.articles.at(-1)?.line ?? 0}, the last one that is cut`
    );
  if (chosen.numbers.has(place.number) || elsewhere.has(place)) return undefined;
  if (place.major > LONGEST_LAW && !place.refers && !isQuoted(place))
    return "which no law has; a blank or a mark is lost";
  const highest = Math.max(0, ...chosen.articles.map(majorOf));
  if (place.letter !== "") {
    const above = chosen.articleAbove(place.line);
    const inPlace = above !== undefined && majorOf(above) === place.major;
    return place.opened || (place.within && !inPlace) || place.refers || place.major > highest
      ? undefined
      : `which is missing; it stands below Điều ${above?.number ?? "0"} of line ${above?.line ?? chosen.first}`;
  }
  if (place.major > highest || (place.refers && place.name === "")) return undefined;
  const above = chosen.articles.findLast((unit) => majorOf(unit) < place.major);
  const below = chosen.articles.find((unit) => majorOf(unit) > place.major);
  return (
    "which is missing " +
    `${above === undefined ? "before" : `between Điều ${above.number ?? ""} of line ${above.line} and`} ` +
    `Điều ${below?.number ?? ""} of line ${below?.line ?? 0}`
  );
}

/** The same of a part, a chapter or a section: one that stands in the law outside quotations and that no unit around it repeats. */
function sectionLost(place: Place, chosen: Chosen, elsewhere: ReadonlySet<Place>): string | undefined {
  if (isQuoted(place) || place.note || elsewhere.has(place)) return undefined;
  const all = chosen.of(place.kind);
  if (place.line > chosen.end) {
    const goesOn = place.kind === "chapter" && all.length > 0 && place.major === Math.max(...all.map(majorOf)) + 1;
    return goesOn
      ? `which would follow Chương ${all.at(-1)?.number ?? ""} of line ${all.at(-1)?.line ?? 0}, the last one that is cut`
      : undefined;
  }
  const outer = chosen.body.findLast(
    (unit) => unit.line <= place.line && KINDS.indexOf(kindOf(unit)) < KINDS.indexOf(place.kind),
  );
  const siblings =
    place.kind === "section" || place.kind === "subsection"
      ? all.filter((unit) => unit.parent === (outer?.address ?? null))
      : all;
  if ((place.line < chosen.first ? all : siblings).some((unit) => unit.number === place.number)) return undefined;
  const above = chosen.body.findLast((unit) => unit.line <= place.line);
  const where =
    above === undefined
      ? `before line ${chosen.first}, the first one that is cut`
      : `below ${called({ kind: kindOf(above), number: above.number ?? "" })} of line ${above.line}`;
  return `but opens no unit; it stands ${where}`;
}

const kindOf = (unit: ManifestUnit): SeriesKind => KINDS.find((kind) => kind === unit.level) ?? "article";

/** What a title says behind its number, folded; the target of a link and tags are no words of it. */
const nameOf = (title: string): string =>
  folded(
    title
      .replace(/<[^<>]{0,200}>/gu, "")
      .replace(/\]\([^()\s]*(?:\s+"[^"]*")?\)/gu, "]")
      .replace(/^\P{L}*\p{L}+[^\p{L}\d]*\d+\p{L}?/u, ""),
  );

/** Articles before the first unit that are no list of contents, because they are named otherwise than the articles of their numbers. */
function otherText(places: readonly Place[], chosen: Chosen): readonly Place[] {
  const early = places.filter(
    (place) =>
      place.kind === "article" &&
      place.line < chosen.first &&
      !isQuoted(place) &&
      !place.refers &&
      place.name.length > 4,
  );
  const differs = early.filter((place) => {
    const title = nameOf(chosen.articles.find((unit) => unit.number === place.number)?.title ?? "");
    const length = Math.min(12, title.length, place.name.length);
    return title.slice(0, length) !== place.name.slice(0, length) || length === 0;
  });
  return differs.length * 2 > early.length ? differs : [];
}

/** An article whose number goes on from lines that were taken out and that begin at 1 again: two texts in one sequence. */
function joined(places: readonly Place[], chosen: Chosen): { place: Place; from: Place } | undefined {
  let run: Place[] = [];
  for (const place of places) {
    if (place.kind !== "article" || isQuoted(place) || place.refers || place.line < chosen.first) continue;
    const [from] = run;
    if (chosen.has(place)) {
      // One article printed again is no text of its own.
      if (from !== undefined && run.length > 1 && place.major === (run.at(-1)?.major ?? 0) + 1) return { place, from };
      run = [];
    } else if (place.major === 1 && place.letter === "") run = [place];
    else if (run.length > 0 && place.major === (run.at(-1)?.major ?? 0) + 1) run.push(place);
  }
  return undefined;
}

function whereOf(place: Place, chosen: Chosen, hinted: ReadonlySet<number>): Elsewhere["where"] {
  if (hinted.has(place.line)) return "hint";
  if (isQuoted(place)) return "quotation";
  if (place.line < chosen.first) return "before";
  if (place.line > chosen.end) return "behind";
  return place.note ? "note" : "again";
}

function misreadText(
  name: string,
  { kind, line, above, below }: Pick<DoubtfulPlace, "kind" | "line" | "above" | "below">,
): string {
  const upper = above === undefined ? "the beginning" : `${NAMES[kind]} ${above.number ?? ""} of line ${above.line}`;
  return (
    `line ${line} is cut as ${NAMES[kind]} ${below?.number ?? ""}, but behind ${upper} ` +
    `it could be ${name}, misread or with the number of a note`
  );
}

/** What a doubtful place could be, and between which lines that is missing or would go on. */
function doubtText({ kind, number, line, why, above, below, gap }: DoubtfulPlace): string {
  const name = `${NAMES[kind]} ${number}`;
  const could =
    why === "spoiled"
      ? `line ${line} could be ${name}, spoiled`
      : why === "number lost"
        ? `line ${line} could be ${name}, its number not legible`
        : `line ${line} could be ${name} without its word`;
  if (why === "misread") return misreadText(name, { kind, line, above, below });
  const upper = above && `${called({ kind, number: above.number ?? "" })} of line ${above.line}`;
  if (!gap)
    return `${could}; it would ${upper === undefined ? "be the first" : `follow ${upper}, the last one that is cut`}`;
  const lower = `${called({ kind, number: below?.number ?? "" })} of line ${below?.line ?? 0}`;
  return `${could}, which is missing ${upper === undefined ? "before" : `between ${upper} and`} ${lower}`;
}

/** Spoiled headings; behind the law only up to where a text of its own begins. */
function doubtsOf(
  text: Pick<Searched, "lines" | "soft" | "first_line">,
  chosen: Chosen,
  elsewhere: ReadonlySet<Place>,
): DoubtfulPlace[] {
  const [other] = elsewhere;
  return doubtfulPlaces({ ...text, units: chosen.body, end: chosen.end }).filter(
    (one) => one.gap || one.line <= chosen.end || one.line < (other?.line ?? Infinity),
  );
}

function seriesOf(kind: SeriesKind, units: readonly ManifestUnit[]): Series {
  const numbers = units.map((unit) => unit.number ?? "");
  const whole = units.map(majorOf);
  const through =
    kind === "article" || (kind === "chapter" && whole.every((number, index) => number > (whole[index - 1] ?? 0)));
  const all = new Set(whole);
  const missing: number[] = [];
  if (through)
    for (let number = 1; number < Math.max(0, ...whole) && missing.length < 1_000; number += 1)
      if (!all.has(number)) missing.push(number);
  return { kind, numbers, missing };
}

/** Reconciles the count with the cut. Hints `line N is text` settle a place; approvers see how many did. Pure. */
export function reconcile(cut: CutText): Reconciled {
  const chosen = new Chosen(cut);
  const lines = linesOf(cut.text);
  const places = placesIn(lines, cut.first_line);
  const hinted = new Set(cut.hints.filter((hint) => hint.reads === "text").map((hint) => hint.line));
  const left = places.filter((place) => !chosen.has(place));
  const elsewhere = restarted(left, chosen);
  const behind = goingOn(
    left.filter((place) => !hinted.has(place.line)),
    chosen,
    elsewhere,
  );
  const unaccounted: RefusedPlace[] = [];
  for (const place of left) {
    if (hinted.has(place.line)) continue;
    const why =
      place.kind === "article" ? articleLost(place, chosen, elsewhere, behind) : sectionLost(place, chosen, elsewhere);
    if (why !== undefined)
      unaccounted.push({ line: place.line, reason: `line ${place.line} reads as ${called(place)}, ${why}` });
  }
  const two = joined(places, chosen);
  if (two) {
    const reason =
      `line ${two.place.line} reads as ${called(two.place)}, but goes on from line ` +
      `${two.from.line}, where the numbers begin again: two texts in one sequence`;
    return { unaccounted: [{ line: two.place.line, reason }, ...unaccounted] };
  }
  for (const place of otherText(
    left.filter((one) => !hinted.has(one.line)),
    chosen,
  )) {
    unaccounted.push({
      line: place.line,
      reason:
        `line ${place.line} reads as ${called(place)} of another text than that of line ` +
        `${chosen.articles[0]?.line ?? 0}: it is named otherwise`,
    });
  }
  const doubts = doubtsOf({ lines, soft: hasSoftBreaks(cut.text), first_line: cut.first_line }, chosen, elsewhere);
  const named = new Set([...unaccounted.map((one) => one.line), ...hinted]);
  const said = new Set(cut.hints.map((hint) => hint.line));
  for (const doubt of doubts.filter((one) => !(one.why === "misread" ? said : named).has(one.line)))
    unaccounted.push({ line: doubt.line, reason: doubtText(doubt) });
  if (unaccounted.length > 0) return { unaccounted: unaccounted.sort((one, other) => one.line - other.line) };
  const series = KINDS.map((kind) => seriesOf(kind, chosen.of(kind))).filter((one) => one.numbers.length > 0);
  const told = left
    .filter((place) => !place.refers || hinted.has(place.line))
    .map((place): Elsewhere => ({
      kind: place.kind,
      number: place.number,
      line: place.line,
      where: whereOf(place, chosen, hinted),
    }));
  const toldLines = new Set(told.map((one) => one.line));
  for (const { kind, number, line, why } of doubts)
    if (why !== "misread" && !toldLines.has(line)) told.push({ kind, number: String(number), line, where: "hint" });
  return { completeness: { series, elsewhere: told, summary: completenessText(series, told) } };
}
