// A law as it stands in its file, in the order of its bytes: units, and everything that stands outside them. No byte with a
// glyph is left out, so what a person reads is what is signed.
import type { ByteSpan, Manifest, ManifestUnit } from "../../runner/model/manifest.ts";

/** A stretch of the file as text. `start` and `end` count UTF-16 code units of the whole file. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * A unit with its parts in the order of the file. `depth` counts what encloses it, 0 for the outermost. `markup`, `gap` and `rest` are
 * the bytes of the unit that are neither title nor body. `body` is null when the body is the heading's own text.
 */
export interface UnitText {
  readonly kind: "unit";
  readonly unit: ManifestUnit;
  readonly depth: number;
  readonly markup: Stretch;
  readonly title: Stretch;
  readonly gap: Stretch;
  readonly body: Stretch | null;
  readonly rest: Stretch;
}

/** Bytes that no unit holds. `cut` is false for what stands before and behind the part of the file that is cut at all. */
export interface OutsideText extends Stretch {
  readonly kind: "outside";
  readonly inRegion: boolean;
}

/** The whole file: `text` and its parts, which touch each other without a hole. */
export interface LawText {
  readonly text: string;
  readonly parts: readonly (UnitText | OutsideText)[];
}

/** Parts of a file whose manifest was computed here. */
export function lawText(snapshot: Buffer, manifest: Manifest): LawText {
  const { region, units, separators } = manifest;
  const at = positions(snapshot, [
    region.byte_start,
    region.byte_end,
    ...separators.flatMap((one) => [one.byte_start, one.byte_end]),
    ...units.flatMap((unit) => [
      unit.byte_start,
      unit.byte_end,
      unit.title_start,
      unit.title_end,
      unit.body_start,
      unit.body_end,
    ]),
  ]);
  const depths = depthsOf(units);
  const outside = (span: ByteSpan, inRegion: boolean): [number, OutsideText] => [
    span.byte_start,
    { kind: "outside", inRegion, start: at(span.byte_start), end: at(span.byte_end) },
  ];
  const parts: [number, UnitText | OutsideText][] = [
    outside({ byte_start: 0, byte_end: region.byte_start }, false),
    ...separators.map((one) => outside(one, true)),
    ...units.map((unit): [number, UnitText] => [unit.byte_start, unitText(unit, depths.get(unit.address) ?? 0, at)]),
    outside({ byte_start: region.byte_end, byte_end: snapshot.length }, false),
  ];
  return {
    text: snapshot.toString("utf8"),
    parts: parts.sort(([a], [b]) => a - b).map(([, part]) => part),
  };
}

type Position = (byte: number) => number;

function unitText(unit: ManifestUnit, depth: number, at: Position): UnitText {
  const stretch = (from: number, to: number): Stretch => ({ start: at(from), end: at(Math.max(from, to)) });
  // With an empty body the body's range is the title's: then nothing stands between them.
  const own = unit.body_start >= unit.title_end;
  return {
    kind: "unit",
    unit,
    depth,
    markup: stretch(unit.byte_start, unit.title_start),
    title: stretch(unit.title_start, unit.title_end),
    gap: stretch(unit.title_end, own ? unit.body_start : unit.title_end),
    body: own ? stretch(unit.body_start, unit.body_end) : null,
    rest: stretch(own ? unit.body_end : unit.title_end, unit.byte_end),
  };
}

/** How deep each unit stands: below what encloses it. Addresses do not say it: an article's does not name its chapter. */
function depthsOf(units: readonly ManifestUnit[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { address, parent } of units) depths.set(address, parent === null ? 0 : (depths.get(parent) ?? 0) + 1);
  return depths;
}

/** From bytes to code units of the text, at the boundaries that are asked for; each byte is decoded once. */
function positions(bytes: Buffer, boundaries: readonly number[]): Position {
  const known = new Map<number, number>();
  let [from, length] = [0, 0];
  for (const boundary of [...new Set([0, bytes.length, ...boundaries])].sort((a, b) => a - b)) {
    length += bytes.subarray(from, boundary).toString("utf8").length;
    from = boundary;
    known.set(boundary, length);
  }
  return (byte) => {
    const position = known.get(byte);
    if (position === undefined) throw new Error(`byte ${byte} was not asked for`);
    return position;
  };
}
