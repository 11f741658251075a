// The second count of headings as the one line that approvers read: "articles 1-198 complete; 3 quoted; none unaccounted".
import type { Elsewhere, Series, SeriesKind } from "../model/manifest.ts";

const PLURAL: Readonly<Record<SeriesKind, string>> = {
  part: "parts",
  chapter: "chapters",
  section: "sections",
  subsection: "subsections",
  article: "articles",
};
const WHERE: Readonly<Record<Elsewhere["where"], string>> = {
  quotation: "quoted",
  note: "in notes",
  again: "printed again",
  before: "before the first unit",
  behind: "behind the last unit",
  hint: "settled by a hint",
};
/** Missing numbers that are named one by one. */
const NAMED = 10;

function seriesText({ kind, numbers, missing }: Series): string {
  const whole = numbers.filter((number) => /^\d+$/.test(number)).map(Number);
  const highest = Math.max(0, ...whole);
  const inserted = numbers.length - whole.length;
  const through = whole.every((number, index) => number > (whole[index - 1] ?? 0));
  if (highest === 0) return `${numbers.length} ${PLURAL[kind]}`;
  if (!through && kind !== "article") return `${numbers.length} ${PLURAL[kind]}`;
  const range = `${PLURAL[kind]} 1-${highest}${inserted === 0 ? "" : ` with ${inserted} inserted`}`;
  if (missing.length === 0) return `${range} complete`;
  const named = missing.slice(0, NAMED).join(", ");
  return (
    `${range} without ${named}${missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ""} ` +
    `(no line could be ${missing.length === 1 ? "it" : "them"})`
  );
}

/** One line: every series of units, what has the form of a heading elsewhere, and that nothing is left. */
export function completenessText(series: readonly Series[], elsewhere: readonly Elsewhere[]): string {
  const counts = new Map<Elsewhere["where"], number>();
  for (const { where } of elsewhere) counts.set(where, (counts.get(where) ?? 0) + 1);
  const articles = series.filter((one) => one.kind === "article");
  const others = series.filter((one) => one.kind !== "article");
  return [
    ...[...articles, ...others].map(seriesText),
    ...Object.entries(WHERE).flatMap(([where, words]) =>
      [...counts].filter(([name]) => name === where).map(([, count]) => `${count} ${words}`),
    ),
    "none unaccounted",
  ].join("; ");
}
