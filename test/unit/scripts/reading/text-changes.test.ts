import fc from "fast-check";
import { expect, test } from "vitest";
import { piecesOf, textChanges } from "../../../../scripts/reading/text-changes.ts";

const pieces = (older: string, newer: string): [string, string][] =>
  piecesOf(newer, { start: 0, end: newer.length }, textChanges(older, newer).marks).map(({ kind, text }) => [
    kind,
    text,
  ]);

test("one changed word is marked alone, also in a line that is one of many", () => {
  const around = Array.from({ length: 500 }, (_, at) => `line ${at}\n`).join("");
  expect(pieces(`${around}pay ten percent\n${around}`, `${around}pay ninety percent\n${around}`)).toEqual([
    ["same", `${around}pay `],
    ["removed", "ten"],
    ["added", "ninety"],
    ["same", ` percent\n${around}`],
  ]);
});

test("what is gone from the end is told, and what is new there", () => {
  expect(pieces("a\nb\n", "a\n")).toEqual([
    ["same", "a\n"],
    ["removed", "b\n"],
  ]);
  expect(pieces("a\n", "a\nb")).toEqual([
    ["same", "a\n"],
    ["added", "b"],
  ]);
});

test("the newer text is never lost, and the older one comes out of the marks again", () => {
  const word = fc.constantFrom("a", "b", "điều", " ", "\n", "  ", "1.", "\r\n");
  const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(""));
  fc.assert(
    fc.property(text, text, (older, newer) => {
      const parts = pieces(older, newer);
      const of = (...kinds: string[]): string =>
        parts
          .filter(([kind]) => kinds.includes(kind))
          .map(([, one]) => one)
          .join("");
      expect(of("same", "added")).toBe(newer);
      expect(of("same", "removed").replaceAll("\r\n", "\n")).toBe(older.replaceAll("\r\n", "\n"));
    }),
  );
});

test("stretches of a text share its marks without telling one twice", () => {
  const [older, newer] = ["one two three four\n", "one 2 three 4 five\n"];
  const { marks } = textChanges(older, newer);
  for (let cut = 0; cut <= newer.length; cut += 1) {
    const parts = [
      ...piecesOf(newer, { start: 0, end: cut }, marks),
      ...piecesOf(newer, { start: cut, end: newer.length }, marks),
    ];
    const removed = parts.filter(({ kind }) => kind === "removed").map(({ text }) => text);
    expect([cut, removed.join("")]).toEqual([cut, "twofour"]);
  }
});
