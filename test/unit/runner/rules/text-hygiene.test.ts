import { describe, expect, test } from "vitest";
import {
  hasHidden,
  hasVisible,
  hiddenCount,
  printable,
  printableLines,
} from "../../../../runner/rules/text-hygiene.ts";
import { manifestOf, refusalOf } from "../../../support/marking.ts";

const HIDDEN: readonly (readonly [string, string])[] = [
  ["escape", "\u001b"],
  ["delete", "\u007f"],
  ["next line", "\u0085"],
  ["soft hyphen", "\u00ad"],
  ["grapheme joiner", "\u034f"],
  ["Arabic letter mark", "\u061c"],
  ["Hangul filler", "\u3164"],
  ["zero width space", "\u200b"],
  ["zero width joiner", "\u200d"],
  ["right-to-left mark", "\u200f"],
  ["line separator", "\u2028"],
  ["right-to-left override", "\u202e"],
  ["word joiner", "\u2060"],
  ["left-to-right isolate", "\u2066"],
  ["blank braille pattern", "\u2800"],
  ["variation selector", "\ufe0f"],
  ["byte order mark", "\ufeff"],
  ["annotation anchor", "\ufff9"],
  ["musical control", "\u{1d173}"],
  ["language tag", "\u{e0041}"],
  ["high variation selector", "\u{e0100}"],
];
const SEEN = ["Điều 1. Phạm vi", "a\tb", "é", "e\u0301", "日本", "🙂", "\u00a0x", "𝄞", "—", "§"];

describe("hidden characters", () => {
  test.each(HIDDEN)("%s counts, and a heading that holds it refuses", (_name, character) => {
    expect(hiddenCount(`a${character}b${character}`)).toBe(2);
    expect(hasHidden(character)).toBe(true);
    expect(hasVisible(character)).toBe(false);
    expect(refusalOf(`# a${character}b\n\nx\n`)).toMatchObject({ code: "STOP_REFUSED_INPUT", line: 1 });
  });
  test.each(SEEN)("%j is read as it stands", (text) => {
    expect(hiddenCount(text)).toBe(0);
    expect(hasVisible(text)).toBe(true);
    expect(manifestOf(`# ${text}x\n\n${text}x\n`).units).toHaveLength(1);
  });
  test("line ends and tabs are not hidden, but show nothing", () => {
    expect(hiddenCount("\r\n\t ")).toBe(0);
    expect(hasVisible("\r\n\t \u00a0\u3000")).toBe(false);
  });
  test("in a body they stay, and a finding tells unit, line and count", () => {
    const manifest = manifestOf("# a\n\nx\u202ey\u200b\n\n# b\n\nx\n");
    expect(manifest.units[0]?.body).toBe("x\u202ey\u200b");
    expect(manifest.findings).toMatchObject([
      { code: "hidden_in_body", line: 1, text: expect.stringMatching(/^TEST\/S-1: 2 /) },
    ]);
  });
  test("a title that is not NFC keeps its bytes and is a finding", () => {
    const manifest = manifestOf("# e\u0301\n\nx\n");
    expect(manifest.units[0]?.title).toBe("e\u0301");
    expect(manifest.findings).toMatchObject([{ code: "title_not_nfc", line: 1 }]);
  });
  test("of many findings of a kind a hundred are named and the rest counted", () => {
    const manifest = manifestOf("# a\n\nx\u200b\n".repeat(150));
    expect(manifest.findings).toHaveLength(101);
    expect(manifest.findings.at(-1)?.text).toContain("50 more");
  });
});

describe("what is printed for a person", () => {
  test.each(HIDDEN)("%s is escaped", (_name, character) => {
    const code = character.codePointAt(0) ?? 0;
    expect(printable(`a${character}b`)).toBe(`a\\u{${code.toString(16).toUpperCase()}}b`);
  });
  test.each([
    ["\n", "\\u{A}"],
    ["\t", "\\u{9}"],
    ["\u00a0", "\\u{A0}"],
    ["\u3000", "\\u{3000}"],
    ["\ud800", "\\u{D800}"],
    ["\ue000", "\\u{E000}"],
    ["\u0378", "\\u{378}"],
  ])("%j is escaped too", (character, shown) => {
    expect(printable(character)).toBe(shown);
  });
  test("ordinary text of any script stays as it is", () => {
    for (const text of ["Điều 1. Phạm vi", '§ 2 — "a" \\n', "日本 🙂"]) expect(printable(text)).toBe(text);
  });
  test("a text that spells an escape cannot be taken for the character", () => {
    expect(printable("\\u{202E}")).toBe("\\u{5C}u{202E}");
    expect(printable("\\u{202E}")).not.toBe(printable("\u202e"));
  });
  test("in bodies line feeds and tabs stay, a carriage return does not", () => {
    expect(printableLines("a\n\tb\rc\u202e")).toBe("a\n\tb\\u{D}c\\u{202E}");
  });
});
