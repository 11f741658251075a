import fc from "fast-check";
import { expect, test } from "vitest";
import { painter } from "../../../../runner/terminal/colour.ts";
import { tableLines } from "../../../../runner/terminal/table.ts";

const COLUMNS = [{ title: "RUN", whole: true as const }, { title: "DOCUMENT" }, { title: "STATE" }, { title: "WAITS" }];
const ROW = [
  "ictr-20261128T151344Z-81f82a3d",
  "BO-LUAT-DAN-SU-2015",
  "awaiting_lifecycle_authorization",
  "open, a signature of SG_2_lifecycle_authz by one person",
];

test("at 80 columns no line is wider, the run's id stays whole and the header stands above its column", () => {
  const lines = tableLines(COLUMNS, [ROW], 80);
  expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
  expect(lines[0]).toMatch(/^RUN {29}DOCUMENT/);
  expect(lines.filter((line) => line.includes(ROW[0] ?? "?"))).toHaveLength(1);
  expect((lines[1] ?? "").indexOf("BO-")).toBe((lines[0] ?? "").indexOf("DOCUMENT"));
});

test("into a pipe every row is one line with its columns under each other", () => {
  const lines = tableLines(COLUMNS, [ROW, ["a", "b", "c", "d"]], undefined);
  expect(lines).toHaveLength(3);
  expect(lines.map((line) => line.length > 80)).toEqual([true, true, true]);
});

test("a terminal narrower than a run's id gets a label and a value a line", () => {
  expect(tableLines(COLUMNS, [ROW], 20)).toEqual([
    `RUN       ${ROW[0]}`,
    `DOCUMENT  ${ROW[1]}`,
    `STATE     ${ROW[2]}`,
    `WAITS     ${ROW[3]}`,
  ]);
});

test("whatever stands in a table, no letter of it is lost and no line is wider than the terminal", () => {
  const word = fc.string({ unit: fc.constantFrom(..."abc_- éắ".normalize("NFD")), maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 20, max: 120 }),
      (rows, width) => {
        const lines = tableLines([{ title: "A" }, { title: "B" }], rows, width);
        const letters = (text: string): string[] => [...text.replaceAll(/\s/g, "")].sort();
        expect(letters(lines.slice(1).join(""))).toEqual(letters(rows.flat().join("")));
        expect(lines.filter((line) => [...line.replaceAll(/\p{Mark}/gu, "")].length > width)).toEqual([]);
      },
    ),
  );
});

test("colour is only where a terminal has colours", () => {
  const text = (isTTY: boolean, has: boolean): string => painter({ isTTY, hasColors: () => has })("bad", "STOP");
  expect([text(true, true), text(true, false), text(false, true)]).toEqual([
    "\u001b[31mSTOP\u001b[39m",
    "STOP",
    "STOP",
  ]);
});
