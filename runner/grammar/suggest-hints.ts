// What would settle a refused law: the program's best reading of each doubtful line, tried one after another until nothing is left.
import { hintLine } from "../model/grammar-request.ts";
import type { GrammarProfile, Hint, MarkResult, Refusal, RefusedPlace, VnLawOptions } from "../model/manifest.ts";
import { headingPlaces, type Place } from "./heading-count.ts";
import { twoTexts, twoTextsAdvice } from "./second-text.ts";
import { findRegion } from "./source-region.ts";

/** A law that the grammar refused, and how it was asked. */
export interface RefusedLaw {
  readonly profile: GrammarProfile;
  readonly bytes: Uint8Array;
  readonly prefix: string;
  readonly options: VnLawOptions;
  readonly caps: { readonly units: number; readonly hard: number };
  readonly refusal: Refusal;
}

/** Marks the same document with other hints. */
type MarkWith = (hints: readonly Hint[]) => MarkResult;

/**
 * The places of a refused document with the hints that settle them. hints: those given and those proposed. outcome: what the grammar
 * says of the document with all of them.
 */
export interface Suggestion {
  readonly places: readonly RefusedPlace[];
  readonly hints: readonly Hint[];
  readonly outcome: MarkResult;
  /** What to do where the file holds two texts, which no hint settles. */
  readonly twoTexts?: string;
}

/** Readings that are tried at most: each is a whole reading of the document. */
const TRIALS = 120;
/** Places that are listed where the profile finds no article at all. */
const SHOWN = 50;
/** Units and their like below articles are numbered lines that the count of headings does not know. */
const UNKNOWN = { heading: 0, text: 0.5 } as const;

interface Option extends Hint {
  readonly likely: number;
}

/** What the places of a text say about each other. */
class Surroundings {
  private readonly places: readonly Place[];
  constructor(places: readonly Place[]) {
    this.places = places;
  }
  at(line: number): Place | undefined {
    return this.places.find((place) => place.line === line);
  }
  /** Articles of a text in which the profile finds none. */
  unread(): RefusedPlace[] {
    return this.places
      .filter((place) => place.kind === "article" && !place.opened && !place.refers)
      .slice(0, SHOWN)
      .map((place) => ({
        line: place.line,
        reason:
          `line ${place.line} looks like ${called(place)}, but is not written as an article; write ` +
          `\`Điều ${place.number}. …\` at the beginning of a line`,
      }));
  }
  /** Places of the same name elsewhere. */
  twins(place: Place): readonly Place[] {
    return this.places.filter((other) => other !== place && other.kind === place.kind && other.number === place.number);
  }
  private beside(place: Place, step: 1 | -1): Place | undefined {
    const own = this.places.filter(
      (other) => other === place || (other.kind === place.kind && !other.opened && !other.refers),
    );
    return own[own.indexOf(place) + step];
  }
  /** The neighbour whose number this one continues, and the one that continues it. */
  neighbours(place: Place): { before: Place | undefined; after: Place | undefined } {
    const [before, after] = [this.beside(place, -1), this.beside(place, 1)];
    const goesOn = (one: Place, next: Place): boolean => next.major === one.major + (next.letter === "" ? 1 : 0);
    return {
      before: before && goesOn(before, place) ? before : undefined,
      after: after && goesOn(place, after) ? after : undefined,
    };
  }
  /** What speaks for a heading, above 0, or against one, below 0. */
  weight(place: Place): number {
    const { before, after } = this.neighbours(place);
    // A mark before a heading that both neighbours need, and that stands nowhere else, is more likely a stray one.
    const needed = before !== undefined && after !== undefined && this.twins(place).length === 0;
    const against =
      (place.opened ? (needed ? 1 : 3) : 0) +
      (place.within ? 0.5 : 0) +
      (place.refers ? 2 : 0) +
      (place.note ? 0.5 : 0);
    return (before ? 1 : 0) + (after ? 1 : 0) - against;
  }
}

const NAMES = { part: "Phần", chapter: "Chương", section: "Mục", subsection: "Tiểu mục", article: "Điều" } as const;
const called = (place: Place): string => `${NAMES[place.kind]} ${place.number}`;

function whyHeading(place: Place, around: Surroundings): string {
  const { before, after } = around.neighbours(place);
  if (before && after)
    return `${called(place)} stands between ${called(before)} of line ${before.line} and ${called(after)} of line ${after.line}`;
  if (before) return `${called(place)} follows ${called(before)} of line ${before.line}`;
  if (after) return `${called(after)} of line ${after.line} follows ${called(place)}`;
  return `${called(place)} has the form of a heading, although its number does not go on from the one before`;
}

function whyText(place: Place, around: Surroundings): string {
  if (place.opened) return `a quotation mark opens ${called(place)}`;
  if (place.refers) return "the sentence before goes on there";
  const better = around.twins(place).find((twin) => around.weight(twin) > around.weight(place));
  if (better) return `${called(place)} of this text stands on line ${better.line}, where its number goes on`;
  if (place.within) return `${called(place)} stands inside a quotation`;
  return `the numbers do not go on with ${called(place)} here`;
}

/** Both readings of a line with what speaks for each. spoiled: what the refusal says of a heading that the count cannot read. */
function optionsAt(line: number, around: Surroundings, spoiled: string | undefined): Option[] {
  const place = around.at(line);
  if (place === undefined && spoiled !== undefined) {
    return [
      { line, reads: "heading", reason: spoiled, likely: 1 },
      { line, reads: "text", reason: "the numbers go on without this line", likely: 0 },
    ];
  }
  if (place === undefined) {
    return [
      { line, reads: "text", reason: "the numbers go on without this line", likely: UNKNOWN.text },
      { line, reads: "heading", reason: "the numbers go on with this line", likely: UNKNOWN.heading },
    ];
  }
  const weight = around.weight(place);
  const outdone = around.twins(place).some((twin) => around.weight(twin) > weight);
  return [
    { line, reads: "heading", reason: whyHeading(place, around), likely: weight },
    { line, reads: "text", reason: whyText(place, around), likely: (outdone ? 2 : 0) - weight },
  ];
}

/** Lines of the document that a refusal is about: its own, its places, and those its reason names. */
function linesOf(refusal: Refusal): number[] {
  const named = [...refusal.reason.matchAll(/\blines? (\d+)(?: and (\d+))?/gu)].flatMap((match) => [
    Number(match[1]),
    Number(match[2] ?? match[1]),
  ]);
  return [...new Set([refusal.line, ...(refusal.places ?? []).map((place) => place.line), ...named])];
}

const missingIn = (result: MarkResult): number =>
  result.manifest?.completeness?.series.reduce((sum, one) => sum + one.missing.length, 0) ?? 0;

/** Whether a hint goes on from a refusal: the document is accepted, or it is refused for another reason that does not lie before. */
function goesOn(result: MarkResult, before: Refusal, hint: Hint): boolean {
  if (!result.refusal) return true;
  const { line, reason, places = [] } = result.refusal;
  if (reason === before.reason || line === hint.line || places.some((place) => place.line === hint.line)) return false;
  return line >= before.line || places.length < (before.places?.length ?? 0);
}

/** What a search reads in: the document with other hints, its places, and how many readings are left. */
interface Search {
  readonly mark: MarkWith;
  readonly around: Surroundings;
  left: number;
}

/** What the count takes a line for that it can read only as a spoiled heading: "Điều 4, spoiled". */
function spoiledAt({ places = [] }: Refusal, line: number): string | undefined {
  const reason = places.find((place) => place.line === line)?.reason ?? "";
  return /^line \d+ could be (.*?)(?:, which is missing.*|; it would.*)$/u.exec(reason)?.[1];
}

/** The best next step from a refusal, or none. */
function bestStep(
  search: Search,
  hints: readonly Hint[],
  refusal: Refusal,
): { hint: Hint; result: MarkResult } | undefined {
  const settled = new Set(hints.map((hint) => hint.line));
  const options = linesOf(refusal)
    .filter((line) => line > 0 && !settled.has(line))
    .flatMap((line) => optionsAt(line, search.around, spoiledAt(refusal, line)))
    // Neither is an article that fits ever called text, nor a quoted one a heading: that is for a person to say.
    .filter((option) => option.likely > -1)
    .sort((one, other) => other.likely - one.likely)
    .slice(0, 12);
  let best: { hint: Hint; result: MarkResult; worth: number } | undefined;
  for (const { likely, ...hint } of options) {
    // What is far less likely than a reading that goes on is not tried any more.
    if (search.left <= 0 || (best !== undefined && likely + 1 < best.worth)) break;
    search.left -= 1;
    const result = search.mark([...hints, hint].sort((one, other) => one.line - other.line));
    if (!goesOn(result, refusal, hint)) continue;
    const worth = likely + (result.refusal ? 0 : 1) - (hint.reads === "text" ? missingIn(result) : 0);
    if (best === undefined || worth > best.worth) best = { hint, result, worth };
  }
  return best;
}

/** Reads a refused law again and again with one hint more, each the likeliest that goes on. Pure; the same for the same bytes. */
export function suggestHints({ profile, bytes, prefix, options, caps, refusal: refused }: RefusedLaw): Suggestion {
  const given = options.hints;
  const mark: MarkWith = (hints) => profile.mark(bytes, prefix, { ...options, hints }, caps);
  const found = findRegion(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (found.refusal || refused.line === 0) return { places: [], hints: given, outcome: { refusal: refused } };
  const { byte_start, byte_end, first_line } = found.region;
  const source = Buffer.from(bytes.subarray(byte_start, byte_end)).toString("utf8");
  const two = twoTexts(source, first_line);
  const around = new Surroundings(headingPlaces(source, first_line));
  const search: Search = { mark, around, left: TRIALS };
  const places: RefusedPlace[] = [];
  let hints = [...given];
  let outcome: MarkResult = { refusal: refused };
  while (outcome.refusal && outcome.refusal.line > 0) {
    const { refusal } = outcome;
    // What the second text brings into doubt is no matter of hints: they would make one law of two.
    if (two && linesOf(refusal).some((line) => line >= two.numbers[1])) {
      const advice = twoTextsAdvice(two);
      return { places: [...places, { line: two.second[0], reason: advice }], hints, outcome, twoTexts: advice };
    }
    const step = bestStep(search, hints, refusal);
    if (step === undefined) {
      places.push(...(refusal.places ?? [{ line: refusal.line, reason: refusal.reason }]));
      if (refusal.line === first_line) places.push(...around.unread());
      break;
    }
    const about = (refusal.places ?? []).find((place) => place.line === step.hint.line);
    places.push({ line: step.hint.line, reason: about?.reason ?? refusal.reason, hint: hintLine(step.hint) });
    hints = [...hints, step.hint].sort((one, other) => one.line - other.line);
    outcome = step.result;
  }
  return { places, hints, outcome };
}
