// What the reading page and the terminal tell of one request: the bundle that was judged on this machine, its text, and another
// text it is compared with.
import type { Bundle } from "../signing/bundle.ts";
import { lawText, type LawText, type OutsideText, type UnitText } from "./law-text.ts";
import { textChanges, type ChangeMark, type TextChanges } from "./text-changes.ts";

/** A text to compare with: the person's own copy, which must be the same, or an earlier version, which may differ. */
export interface OtherText {
  readonly kind: "copy" | "before";
  readonly name: string;
  readonly bytes: Buffer;
}

/** `equal`: byte by byte. */
export interface Comparison extends TextChanges {
  readonly kind: OtherText["kind"];
  readonly name: string;
  readonly equal: boolean;
}

/** A part of the law with its place: `id` inside the page, `line` where it begins, 1-based, and whether the compared texts differ in it. */
export interface PlacedPart {
  readonly id: string;
  readonly line: number;
  readonly changed: boolean;
  readonly part: UnitText | OutsideText;
}

/** `person` is the name of whoever is asked, undefined when no profile was given: then host and history were not compared either. */
export interface Reading {
  readonly bundle: Bundle;
  readonly person: string | undefined;
  readonly law: LawText;
  readonly parts: readonly PlacedPart[];
  readonly comparison: Comparison | undefined;
}

/** Puts together what is read. */
export function readingOf(bundle: Bundle, person: string | undefined, other?: OtherText): Reading {
  const law = lawText(bundle.snapshot, bundle.manifest);
  const comparison = other && comparisonOf(other, bundle.snapshot, law.text);
  return { bundle, person, law, comparison, parts: placed(law, comparison?.marks ?? []) };
}

function comparisonOf({ kind, name, bytes }: OtherText, snapshot: Buffer, text: string): Comparison {
  const equal = bytes.equals(snapshot);
  const changes = equal ? { marks: [], whole: false } : textChanges(bytes.toString("utf8"), text);
  return { kind, name, equal, ...changes };
}

function placed({ text, parts }: LawText, marks: readonly ChangeMark[]): PlacedPart[] {
  let [line, from, next] = [1, 0, 0];
  return parts.map((part, index) => {
    const { start, end } = rangeOf(part);
    for (let at = text.indexOf("\n", from); at !== -1 && at < start; at = text.indexOf("\n", at + 1)) line += 1;
    from = start;
    let changed = false;
    for (; next < marks.length; next += 1) {
      const mark = marks[next];
      if (mark === undefined || (mark.kind === "removed" ? mark.at : mark.start) >= end) break;
      changed = true;
      // A mark that goes on behind this part belongs to the next one too.
      if (mark.kind === "added" && mark.end > end) break;
    }
    return { id: `p${index}`, line, changed, part };
  });
}

/** From where to where a part reaches. */
const rangeOf = (part: UnitText | OutsideText): { readonly start: number; readonly end: number } =>
  part.kind === "unit" ? { start: part.markup.start, end: part.rest.end } : part;

/** The part a line of the file stands in. */
export function partAtLine(parts: readonly PlacedPart[], line: number): PlacedPart | undefined {
  return parts.findLast((one) => one.line <= line && rangeOf(one.part).end > rangeOf(one.part).start);
}

/** The document's id, as every address begins with it. */
export const documentOf = ({ rows, sg1 }: Bundle): string =>
  sg1?.document_id ?? rows[0]?.canonical_address.split("/")[0] ?? "";

/** Units by level of the law, or by section type where the grammar knows no levels. */
export function levelCounts({ manifest }: Pick<Bundle, "manifest">): [string, number][] {
  const counts = new Map<string, number>();
  for (const { level, section_type } of manifest.units)
    counts.set(level ?? section_type, (counts.get(level ?? section_type) ?? 0) + 1);
  return [...counts];
}

/** A signed value as one text: lists and parts by name, in their order. */
export const valueText = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${valueText(inner)}`)
    .join("; ");
};
