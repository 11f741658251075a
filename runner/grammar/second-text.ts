// Whether a file holds two texts, a decision and the regulation it promulgates, and between which lines each of them stands.
import { headingPlaces, type Place } from "./heading-count.ts";

/** Two texts in one file; lines are 1-based in the file, ranges include both ends. numbers: the lines of both articles 1. */
export interface TwoTexts {
  readonly numbers: readonly [first: number, second: number];
  readonly first: readonly [from: number, to: number];
  readonly second: readonly [from: number, to: number];
}

/** What a text of its own is called on the line it begins with. */
const TITLE =
  /^[\s*_#>]*(?:QUY CHẾ|QUY ĐỊNH|QUY TRÌNH|QUY CHUẨN|ĐIỀU LỆ|NỘI QUY|CHƯƠNG TRÌNH|KẾ HOẠCH|ĐỀ ÁN|HƯỚNG DẪN|LUẬT|NGHỊ ĐỊNH|THÔNG TƯ|QUYẾT ĐỊNH|NGHỊ QUYẾT|PHÁP LỆNH|PHỤ LỤC)(?!.*:\s*$)/u;
/** Lines above the first heading of a text in which its title is looked for. */
const ABOVE = 60;

const isOwn = (place: Place): boolean => !place.opened && !place.within && !place.refers && place.letter === "";

/** The line a text begins with: its title above its first heading, or that heading. */
function beginning(lines: readonly string[], first: number, heading: number, first_line: number): number {
  const from = Math.max(first + 1, heading - ABOVE);
  for (let line = from; line < heading; line += 1) if (TITLE.test(lines[line - first_line] ?? "")) return line;
  return heading;
}

/**
 * Two texts whose articles are numbered from 1 each, with other names; undefined where the second run repeats the first (a list of
 * contents) or no second one rises from 1 to 2. first_line: 1-based line of the file where the text begins.
 */
export function twoTexts(source: string, first_line: number): TwoTexts | undefined {
  const lines = source.split(/\r\n|\r|\n/);
  const places = headingPlaces(source, first_line);
  const articles = places.filter((place) => place.kind === "article" && isOwn(place));
  const again = articles.findIndex((one, at) => at > 0 && one.major === 1 && articles[at + 1]?.major === 2);
  const [one, second] = [articles[0], articles[again]];
  // One article printed twice makes no second text.
  if (again < 2 || one?.major !== 1 || second === undefined) return undefined;
  const before = articles.slice(0, again);
  const same = before.filter((place) =>
    articles.slice(again).some((other) => other.major === place.major && isSame(other.name, place.name)),
  );
  if (same.length * 2 > before.length) return undefined;
  const last = before.at(-1)?.line ?? first_line;
  // Chapters and parts above the second article 1 belong to its text.
  const heading =
    places.find((place) => place.line > last && place.line <= second.line && place.kind !== "article")?.line ??
    second.line;
  const start = beginning(lines, last, heading, first_line);
  const end = first_line + lines.length - (lines.at(-1) === "" ? 2 : 1);
  return { numbers: [one.line, second.line], first: [first_line, start - 1], second: [start, end] };
}

function isSame(one: string, other: string): boolean {
  const length = Math.min(12, one.length, other.length);
  return length > 0 && one.slice(0, length) === other.slice(0, length);
}

/** The advice in one sentence, with the lines to write. */
export const twoTextsAdvice = ({ numbers, first, second }: TwoTexts): string =>
  `lines ${numbers[0]} and ${numbers[1]} both begin the articles at 1: two texts in one ` +
  "file; write <!-- CUT:BEGIN --> before and <!-- CUT:END --> behind " +
  `one of them, each on a line of its own (the first is lines ${first[0]} to ${first[1]}, ` +
  `the second lines ${second[0]} to ${second[1]}), and cut the other from a copy`;
