// A table with a header, fitted to the width of a terminal: columns that people copy stay whole, the others break into lines.

/** `whole`: never broken, because people paste it. */
export interface Column {
  readonly title: string;
  readonly whole?: true;
}

const GAP = 2;
const NARROWEST = 8;

/**
 * Lines of the table. `width`: columns of the terminal; undefined (a pipe, a file) leaves every row on one line. Texts must be printable.
 * A terminal too narrow for its whole columns gets one label and value a line.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string[] {
  const natural = columns.map(({ title }, index) =>
    Math.max(cells(title), ...rows.map((row) => cells(row[index] ?? ""))),
  );
  const widths = fitted(columns, natural, width);
  if (widths === undefined) return rows.flatMap((row, at) => [...(at === 0 ? [] : [""]), ...asList(columns, row)]);
  return [columns.map(({ title }) => title), ...rows].flatMap((row) => rowLines(row, widths));
}

function fitted(
  columns: readonly Column[],
  natural: readonly number[],
  width: number | undefined,
): readonly number[] | undefined {
  const total = sum(natural) + GAP * (columns.length - 1);
  if (width === undefined || total <= width) return natural;
  const widths = [...natural];
  // The widest column that may break gives way, one column at a time.
  for (let over = total - width; over > 0; over -= 1) {
    const widest = widths
      .map((size, index) => ({ size, index }))
      .filter(({ size, index }) => columns[index]?.whole !== true && size > NARROWEST)
      .sort((a, b) => b.size - a.size)[0];
    if (widest === undefined) return undefined;
    widths[widest.index] = widest.size - 1;
  }
  return widths;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const parts = widths.map((size, index) => broken(row[index] ?? "", size));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_none, line) =>
    parts
      .map((lines, index) => padded(lines[line] ?? "", widths[index] ?? 0))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

const asList = (columns: readonly Column[], row: readonly string[]): string[] => {
  const label = Math.max(...columns.map(({ title }) => cells(title)));
  return columns.map(({ title }, index) => `${padded(title, label)}  ${row[index] ?? ""}`.trimEnd());
};

/** A text in lines of at most so many columns: broken at blanks, underscores and dashes, and anywhere in a word without any of them. */
export function broken(text: string, width: number): string[] {
  const lines = [""];
  for (const piece of text.match(/[^\s_-]*(?:[\s_-]|$)/g) ?? []) {
    const last = lines.at(-1) ?? "";
    if (cells((last + piece).trimEnd()) <= width) lines[lines.length - 1] = last + piece;
    else {
      const letters = [...piece];
      if (last === "") lines.pop();
      for (let from = 0; from < letters.length; from += width) lines.push(letters.slice(from, from + width).join(""));
    }
  }
  return lines.map((line) => line.trimEnd());
}

const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - cells(text)));
/** Columns a text takes; marks that stand over a letter take none. */
const cells = (text: string): number => [...text.replaceAll(/\p{Mark}/gu, "")].length;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
