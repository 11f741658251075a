// What a report is made of: a small tree of blocks. markdown.ts and html.ts write it out and decide nothing about its words.

/** A piece of a line: our own words, or a value from outside, which stands in a code span and is shown exactly. */
export type Piece = string | { readonly code: string };
/** One line of text. */
export type Line = Piece | readonly Piece[];
/** How a text weighs for its reader; pages show it by colour as well, the words say it themselves. */
export type Tone = "good" | "alarm" | "quiet";

/**
 * Bars that a page draws into one column of a table, a length for each row; Markdown has the numbers. `legend`: what a bar shows,
 * in words.
 */
export interface Bars {
  readonly column: number;
  readonly lengths: readonly number[];
  readonly legend: string;
}

/** `facts`: name and value; `text`: one paragraph of lines. */
export type Block =
  | { readonly kind: "facts"; readonly rows: readonly (readonly [name: string, value: Line])[] }
  | { readonly kind: "text"; readonly lines: readonly Line[]; readonly tone?: Tone }
  | { readonly kind: "list"; readonly items: readonly Line[]; readonly numbered: boolean }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly Line[])[];
      readonly bars?: Bars;
    };

/** A part of a report under a heading of its own. */
export interface Section {
  readonly title: Line;
  readonly blocks: readonly Block[];
}

/** A whole report. `opening`: what stands before the first section; `run`: the run it belongs to, for whoever may replace its file. */
export interface Document {
  readonly title: Line;
  readonly run?: string;
  readonly opening: readonly Block[];
  readonly sections: readonly Section[];
}

/** A value from outside. */
export const code = (text: string): Piece => (text === "" ? "(empty)" : { code: text });

/** Names and values. */
export const facts = (rows: readonly (readonly [name: string, value: Line])[]): Block => ({ kind: "facts", rows });

/** The named values of a record, each as a value from outside under its own name. */
export const codes = <K extends string>(
  record: Readonly<Record<NoInfer<K>, string>>,
  names: readonly K[],
): (readonly [name: K, value: Piece])[] => names.map((name) => [name, code(record[name])]);

/** One paragraph. */
export const text = (...lines: readonly Line[]): Block => ({ kind: "text", lines });

/** One paragraph that weighs. */
export const told = (tone: Tone, ...lines: readonly Line[]): Block => ({ kind: "text", lines, tone });

const NONE = text("none");

/** A list. Says so in words when it is empty. */
export const list = (items: readonly Line[], numbered = false): Block =>
  items.length === 0 ? NONE : { kind: "list", items, numbered };

/** Texts from outside, one a line. */
export const bullets = (texts: readonly string[]): Block => list(texts.map(code));

/** A table. Says so in words when there is no row. */
export const table = (head: readonly string[], rows: readonly (readonly Line[])[], bars?: Bars): Block =>
  rows.length === 0 ? NONE : { kind: "table", head, rows, ...(bars ? { bars } : {}) };

/** A table of two columns: what was counted, by name, and how often. */
export const countTable = (head: readonly [string, string], counts: Readonly<Record<string, number>>): Block =>
  table(
    head,
    Object.entries(counts)
      .sort(byName)
      .map(([name, count]) => [code(name), String(count)]),
  );

/** A part under a heading. */
export const section = (title: Line, ...blocks: readonly Block[]): Section => ({ title, blocks });

/** The pieces of a line. */
export const piecesOf = (line: Line): readonly Piece[] => (typeof line === "string" || "code" in line ? [line] : line);

/** Order of names by code units, the same under every locale. */
export function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** `2026-11-20 14:03:11Z`, fractions cut off. */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** `2026-11-20`, the UTC day that stands in a report's file name. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
