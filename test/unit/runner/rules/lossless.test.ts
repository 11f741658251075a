import { describe, expect, test } from "vitest";
import type { Manifest, ManifestUnit } from "../../../../runner/model/manifest.ts";
import { proveLossless } from "../../../../runner/rules/lossless.ts";
import type { UnitText } from "../../../../runner/rules/lossless.ts";
import { manifestOf } from "../../../support/marking.ts";

const TEXT = "\ufeffpreamble\n\n# One ##\n\nFirst Điều.\n\n  # Two\nSecond.\n\n# Three\n";
const bytes = Buffer.from(TEXT, "utf8");
const manifest = manifestOf(bytes, { empty_body: "heading" });
const rows = manifest.units.map(({ title, body }): UnitText => ({ title, body }));

const withUnit = (index: number, change: Partial<ManifestUnit>): Manifest => ({
  ...manifest,
  units: manifest.units.map((unit, at) => (at === index ? { ...unit, ...change } : unit)),
});
const withRow = (index: number, change: Partial<UnitText>): UnitText[] =>
  rows.map((row, at) => (at === index ? { ...row, ...change } : row));

/** Offset of the byte after the first occurrence of a text. */
const after = (text: string): number => bytes.indexOf(text) + Buffer.byteLength(text);

function broken(source: Buffer, changed: Manifest, texts: readonly UnitText[]): string {
  const result = proveLossless(source, changed, texts);
  if (result.ok) throw new Error("proven");
  expect(result.verdict.code).toBe("STOP_INVARIANT_FAILED");
  return result.verdict.facts.saw;
}

describe("the lossless proof", () => {
  test("counts units, separators and every byte of the region", () => {
    expect(proveLossless(bytes, manifest, rows)).toEqual({
      ok: true,
      coverage: { units: 3, separators: 4, bytes: bytes.length },
    });
  });
  test("holds with the texts read back from elsewhere, in the manifest's order", () => {
    expect(proveLossless(Uint8Array.from(bytes), manifest, structuredClone(rows)).ok).toBe(true);
  });
  test.each([
    ["one letter of a title", withRow(0, { title: "Onf" }), after("# On")],
    ["one byte of a body", withRow(0, { body: "First Điều!" }), after("First Điều")],
    ["a body cut short", withRow(1, { body: "Second" }), after("Second")],
    ["a body with more", withRow(1, { body: "Second. " }), after("Second.")],
    [
      "another normal form of the same letters",
      withRow(0, { body: "First Điều.".normalize("NFD") }),
      after("First Đi"),
    ],
    ["a body other than the heading it stands for", withRow(2, { body: "three" }), after("# Three") - "Three".length],
    ["two rows exchanged", [rows[1], rows[0], rows[2]].filter((row) => row !== undefined), after("# ")],
  ])("%s breaks it, and the first byte is named", (_what, texts, at) => {
    expect(broken(bytes, manifest, texts)).toMatch(new RegExp(`^byte ${at}: `));
  });
  test("a missing and a surplus row break it", () => {
    expect(broken(bytes, manifest, rows.slice(1))).toContain("2 rows");
    expect(broken(bytes, manifest, [...rows, { title: "x", body: "y" }])).toContain("4 rows");
  });
  test("a byte changed in the source breaks it", () => {
    const changed = Buffer.from(bytes);
    changed.write("f", bytes.indexOf("First"));
    expect(broken(changed, manifest, rows)).toContain("a body of TEST/S-1");
  });
  test("text that only a separator covers breaks it, for no row would carry it", () => {
    const [, first] = manifest.units;
    const dropped = {
      ...manifest,
      units: manifest.units.filter((unit) => unit !== first),
      separators: manifest.separators
        .filter((span) => span.byte_end !== first?.byte_start && span.byte_start !== first?.byte_end)
        .concat([{ byte_start: manifest.units[0]?.byte_end ?? 0, byte_end: manifest.units[2]?.byte_start ?? 0 }])
        .sort((one, other) => one.byte_start - other.byte_start),
    };
    expect(
      broken(
        bytes,
        dropped,
        [rows[0], rows[2]].filter((row) => row !== undefined),
      ),
    ).toContain("belongs to no unit");
  });
  test("text hidden between title and body breaks it", () => {
    const source = Buffer.from("# a\nlost\nx\n");
    const marked = manifestOf(source);
    const unit = marked.units[0];
    if (!unit) throw new Error("no unit");
    const shorter = { ...marked, units: [{ ...unit, body_start: 9, body: "x" }] };
    expect(broken(source, shorter, [{ title: "a", body: "x" }])).toMatch(/^byte 4: something else after the title/);
  });
  test("text hidden before a title breaks it", () => {
    const source = Buffer.from("# ab\nx\n");
    const marked = manifestOf(source);
    const unit = marked.units[0];
    if (!unit) throw new Error("no unit");
    expect(broken(source, { ...marked, units: [{ ...unit, title_start: 3 }] }, [{ title: "b", body: "x" }])).toContain(
      "before the title",
    );
  });
  test.each([
    ["a gap", withUnit(1, { byte_start: (manifest.units[1]?.byte_start ?? 0) + 1 })],
    [
      "an overlap",
      withUnit(0, {
        byte_end: (manifest.units[0]?.byte_end ?? 0) + 1,
        body_end: (manifest.units[0]?.body_end ?? 0) + 1,
      }),
    ],
    ["a depth that the marks do not show", withUnit(0, { depth: 2 })],
    ["a region longer than the file", { ...manifest, region: { byte_start: 0, byte_end: bytes.length + 1 } }],
    ["a region the units do not fill", { ...manifest, separators: manifest.separators.slice(0, -1) }],
    ["a separator too many", { ...manifest, separators: [...manifest.separators, { byte_start: 0, byte_end: 0 }] }],
    ["a body before its title", withUnit(0, { body_start: 3, body_end: 5 })],
    ["an empty title", withUnit(0, { title_end: manifest.units[0]?.title_start ?? 0 })],
  ])("%s breaks it", (_what, changed) => {
    expect(broken(bytes, changed, rows)).toMatch(/^byte \d+: /);
  });
  test("the message never quotes the text", () => {
    expect(broken(bytes, manifest, withRow(0, { body: "PRIVATE" }))).not.toContain("PRIVATE");
  });
});
