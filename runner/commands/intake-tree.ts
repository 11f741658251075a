// The tree of a taken-in document as people read it: headings indented by rank, with address, line and first words.
import type { ManifestUnit } from "../model/manifest.ts";
import { printable } from "../rules/text-hygiene.ts";

const TITLE_SHOWN = 72;
const WORDS_SHOWN = 48;

const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most).trimEnd()}…` : text;

/** A text as one line: line ends, blanks and the Markdown marks between the lines of a title become single spaces. */
const oneLine = (text: string): string =>
  printable(
    text
      .replace(/[*_#>\s]*[\r\n][*_#>\s]*/gu, " ")
      .replace(/[\t ]+/gu, " ")
      .trim(),
  );

/** First words of a body that says more than the title; a clause's words are all there is to show. */
function firstWords(unit: ManifestUnit): string {
  return unit.body_start === unit.title_start
    ? ""
    : `  ${shortened(oneLine(unit.body.slice(0, WORDS_SHOWN * 4)), WORDS_SHOWN)}`;
}

function lawLine(unit: ManifestUnit, depth: number): string {
  const size = unit.body_start === unit.title_start ? "" : `, ${unit.body_end - unit.body_start} bytes`;
  return (
    `${"  ".repeat(depth)}${shortened(oneLine(unit.title), TITLE_SHOWN)}  [${unit.address}, ` +
    `line ${unit.line}${size}]${firstWords(unit)}`
  );
}

function markdownLine(unit: ManifestUnit): string {
  const title = printable(unit.title);
  const indent = "  ".repeat(unit.address.split("/").length - 1);
  return (
    `${indent}${unit.address}  ` +
    `${title.length > TITLE_SHOWN ? `${title.slice(0, TITLE_SHOWN)}…` : title}  (line ` +
    `${unit.line}, ${unit.body_end - unit.body_start} bytes)`
  );
}

/** One line a unit, in order. The units of a law are indented below what encloses them, because their addresses do not say it. */
export function treeLines(units: readonly ManifestUnit[]): string[] {
  const depths = new Map<string, number>();
  return units.map((unit) => {
    if (unit.level === undefined) return markdownLine(unit);
    const depth = unit.parent === null ? 0 : (depths.get(unit.parent) ?? 0) + 1;
    depths.set(unit.address, depth);
    return lawLine(unit, depth);
  });
}

/** Units counted by level of the law, or by section type. */
export function countsText(units: readonly ManifestUnit[]): string {
  const counts = new Map<string, number>();
  for (const unit of units) {
    const name = unit.level ?? unit.section_type;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
