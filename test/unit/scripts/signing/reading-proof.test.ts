// Only a person who opened the law can answer: the questions do not hold their answers and are other ones each time.
import { expect, test } from "vitest";
import type { PlanRow } from "../../../../runner/model/cut-plan.ts";
import { drawnRows, evenedWords, firstWords, wordQuestions } from "../../../../scripts/signing/reading-proof.ts";
import { bundleOf } from "../../../support/read-bundle.ts";

const SHA = "a".repeat(64);
const rowsOf = (text: string): readonly PlanRow[] => bundleOf(text)?.rows ?? [];
const law = rowsOf(
  Array.from({ length: 300 }, (_, at) => `# Article ${at + 1}\n\nSum of ${at * 7} dollars.\n\n`).join(""),
);

test("three units are drawn, the same for one chance and others for the next", () => {
  const addresses = (chance: string): string[] => drawnRows(law, SHA, chance).map((row) => row.canonical_address);
  expect(addresses("one")).toHaveLength(3);
  expect(addresses("one")).toEqual(addresses("one"));
  expect(addresses("one")).not.toEqual(addresses("two"));
  const drawn = new Set(Array.from({ length: 500 }, (_, at) => addresses(String(at))).flat());
  expect(drawn.size).toBeGreaterThan(280);
});

test("no question holds its answer", () => {
  for (const { question, wanted } of wordQuestions(drawnRows(law, SHA, "x")))
    expect(evenedWords(question)).not.toContain(evenedWords(wanted));
});

test.each([
  ["[ sửa ]\n\n1. Mọi cá nhân, pháp nhân", "sua 1 moi"],
  ["Đất đai — thuộc sở hữu", "DAT dai thuoc"],
  ["a\u200bb “c” d", "ab C d"],
])("of %s a keyboard without accents can type the first words", (body, typed) => {
  const row = { ...law[0], body } as PlanRow;
  const [question] = wordQuestions([row]);
  expect(question?.evened?.(typed)).toBe(question?.evened?.(question.wanted));
  expect(question?.evened?.("other words here")).not.toBe(question?.evened?.(question.wanted));
});

test("a unit that is only a heading is not asked about while others have a text", () => {
  const rows = rowsOf("# One\n\n## Two\n\n### Three\n\nlong text here\n");
  expect(drawnRows(rows, SHA, "x").map(firstWords)).toEqual(["long text here"]);
  const headings = rowsOf("# One\n\n## Two\n");
  expect(wordQuestions(drawnRows(headings, SHA, "x")).map(({ question }) => question)).toEqual(
    expect.arrayContaining(["type the first word of the text of SAMPLE/S-1: "]),
  );
});
