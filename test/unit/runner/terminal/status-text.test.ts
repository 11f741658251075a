import { expect, test } from "vitest";
import { labelled, statusText } from "../../../../runner/terminal/status-text.ts";
import { statusOfRun } from "../../../support/watched-board.ts";

const wide = statusText(statusOfRun(), "UTC").split("\n");
const narrow = statusText(statusOfRun(), "UTC", 60).split("\n");

test("at a terminal no line of the sheet is wider than it, but for the commands, which stay whole", () => {
  const commands = narrow.filter((line) => /^(?:NEXT|OR) /.test(line));
  expect(commands).toEqual(wide.filter((line) => /^(?:NEXT|OR) /.test(line)));
  expect(narrow.filter((line) => line.length > 60 && !commands.includes(line))).toEqual([]);
  const joined = narrow.join("\n").replaceAll(/\n {18}/g, " ");
  expect(joined.replaceAll(/ +/g, " ")).toBe(wide.join("\n").replaceAll(/ +/g, " "));
});

test("a value that is broken stands below itself, not below its label", () => {
  expect(labelled([["WAITING FOR", "one two three four five six seven"]], 40)).toEqual([
    "WAITING FOR       one two three four",
    "                  five six seven",
  ]);
});

test("a pipe, a file and a terminal of few columns get every value in one line", () => {
  const value = "x ".repeat(80).trim();
  for (const width of [undefined, 30]) expect(labelled([["state", value]], width)).toHaveLength(1);
});
