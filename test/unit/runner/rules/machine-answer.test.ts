// Machines as beats of their processes tell them.
import { expect, test } from "vitest";
import { machineAnswers, tellsForHost } from "../../../../runner/rules/machine-answer.ts";
import { machinesText } from "../../../../runner/terminal/batch-text.ts";

const now = new Date("2026-11-29T12:00:00Z");
const beat = (process: string, secondsAgo: number, doing: string, holds: string[] = []) => ({
  process,
  doing,
  release: "r",
  began: new Date(0),
  at: new Date(now.getTime() - secondsAgo * 1_000),
  silent: secondsAgo > 10,
  holds,
  now,
});

test("a machine is as old as its newest beat, silent only when every process of it is, and tells what its living ones do", () => {
  const answers = machineAnswers([
    beat("db-2 7 700", 40, "batch"),
    beat("db-1 5 500", 30, "batch"),
    beat("db-1 6 600", 1, "ictr-20261129T120000Z-00000001"),
  ]);
  expect(answers).toEqual([
    expect.objectContaining({
      machine: "db-1",
      seconds_ago: 1,
      silent: false,
      doing: ["ictr-20261129T120000Z-00000001"],
    }),
    expect.objectContaining({ machine: "db-2", seconds_ago: 40, silent: true, doing: [] }),
  ]);
  expect(machinesText(answers)).toMatch(
    /machine db-1 +heard of 1 s ago +ictr-.*\nmachine db-2 +SILENT, heard of 40 s ago\n/,
  );
});

test("a lost machine stands there with the run it held until somebody takes that, and one that is named until it is heard of", () => {
  const run = "ictr-20261129T120000Z-00000001";
  const answers = machineAnswers(
    [beat("db-2 7 700", 7_200, "batch", [run]), beat("db-1 5 500", 1, "batch")],
    ["DB-1", "db-2", "db-3"],
  );
  expect(machinesText(answers).split("\n")).toEqual([
    expect.stringMatching(/^machine db-1 +heard of 1 s ago  batch$/),
    expect.stringMatching(new RegExp(`^machine db-2 +SILENT, heard of 7200 s ago  it still holds ${run}$`)),
    expect.stringMatching(/^machine db-3 +SILENT, not heard of in the last hour$/),
    "",
  ]);
});

test("of three machines one tells people, and when it is lost the next one does", () => {
  const names = ["db-1", "db-2", "db-3"];
  const tellers = (...beats: Parameters<typeof tellsForHost>[2][number][]): string[] =>
    names.filter((name) => tellsForHost(names, name, beats));
  const run = "ictr-20261129T120000Z-00000001";
  expect(tellers(beat("db-3 1 1", 1, "batch"), beat("DB-1 1 1", 1, "batch"), beat("db-2 1 1", 1, "batch"))).toEqual([
    "db-1",
  ]);
  expect(tellers(beat("db-1 1 1", 20, "batch"), beat("db-2 1 1", 1, "batch, x held back: pauses: y"))).toEqual([
    "db-2",
  ]);
  // A run by itself keeps no state of batches.
  expect(tellers(beat("db-1 1 1", 1, run), beat("db-3 1 1", 1, "batch"))).toEqual(["db-3"]);
  expect(tellers(beat("db-1 1 1", 20, "batch"))).toEqual(names);
});
