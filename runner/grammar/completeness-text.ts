// The second count of headings as the one line that approvers read: "articles 1-198 complete; 3 quoted; none unaccounted".
import type { Elsewhere, Series, SeriesKind } from "../model/manifest.ts";

/** The words of the line, for one language. `without` names missing numbers, and how many more there are. */
export interface CountWords {
  readonly kinds: Readonly<Record<SeriesKind, string>>;
  readonly where: Readonly<Record<Elsewhere["where"], string>>;
  readonly many: (count: number, kind: string) => string;
  readonly range: (kind: string, highest: number, inserted: number) => string;
  readonly complete: string;
  readonly without: (named: string, more: number, missing: number) => string;
  readonly accounted: string;
}

/** The words of the line that stands in the manifest. */
const ENGLISH_COUNT: CountWords = {
  kinds: {
    part: "parts",
    chapter: "chapters",
    section: "sections",
    subsection: "subsections",
    article: "articles",
  },
  where: {
    quotation: "quoted",
    note: "in notes",
    again: "printed again",
    before: "before the first unit",
    behind: "behind the last unit",
    hint: "settled by a hint",
  },
  many: (count, kind) => `${count} ${kind}`,
  range: (kind, highest, inserted) => `${kind} 1-${highest}${inserted === 0 ? "" : ` with ${inserted} inserted`}`,
  complete: "complete",
  without: (named, more, missing) =>
    `without ${named}${more > 0 ? ` and ${more} more` : ""} (no line could be ${missing === 1 ? "it" : "them"})`,
  accounted: "none unaccounted",
};
/** Missing numbers that are named one by one. */
const NAMED = 10;

function seriesText({ kind, numbers, missing }: Series, words: CountWords): string {
  const whole = numbers.filter((number) => /^\d+$/.test(number)).map(Number);
  const highest = Math.max(0, ...whole);
  const inserted = numbers.length - whole.length;
  const through = whole.every((number, index) => number > (whole[index - 1] ?? 0));
  const named = words.kinds[kind];
  if (highest === 0 || (!through && kind !== "article")) return words.many(numbers.length, named);
  const range = words.range(named, highest, inserted);
  if (missing.length === 0) return `${range} ${words.complete}`;
  return `${range} ${words.without(missing.slice(0, NAMED).join(", "), missing.length - NAMED, missing.length)}`;
}

/** One line: every series of units, what has the form of a heading elsewhere, and that nothing is left. */
export function completenessText(
  series: readonly Series[],
  elsewhere: readonly Elsewhere[],
  words: CountWords = ENGLISH_COUNT,
): string {
  const counts = new Map<Elsewhere["where"], number>();
  for (const { where } of elsewhere) counts.set(where, (counts.get(where) ?? 0) + 1);
  const articles = series.filter((one) => one.kind === "article");
  const others = series.filter((one) => one.kind !== "article");
  return [
    ...[...articles, ...others].map((one) => seriesText(one, words)),
    ...Object.entries(words.where).flatMap(([where, place]) =>
      [...counts].filter(([name]) => name === where).map(([, count]) => `${count} ${place}`),
    ),
    words.accounted,
  ].join("; ");
}
