// Seconds a document took: what `batch status` tells as its pace, and what a wave is refused by.
import { afterEach, beforeEach, expect, test } from "vitest";
import { statement } from "../../runner/adapters/statements.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

const runOf = (number: number): string => `ictr-20261129T120000Z-${String(number).padStart(8, "0")}`;

/** A run that was closed out; all times in seconds from the same moment. */
interface TimedRun {
  readonly number: number;
  readonly opened: number;
  /** More than one: a further backup was rehearsed as well. */
  readonly rehearsed: readonly number[];
  /** Numbers of the runs that went through the same copies. */
  readonly together: readonly number[];
  readonly written: readonly [number, number];
}

async function closedOut({ number, opened, rehearsed, together, written }: TimedRun): Promise<void> {
  const at = (seconds: number): string => new Date(Date.parse("2026-11-29T12:00:00Z") + seconds * 1_000).toISOString();
  const run = runOf(number);
  await database.rows(
    `INSERT INTO cutter_runtime.run (run_id, document_id, host, actor, release, opened, closed, close_kind)
     VALUES ($1, $2, 'host', 'lan', 'release', $3, $4, 'closeout')`,
    [run, `LAW-${number}`, at(opened), at(written[1] + 1_000)],
  );
  const phase = (name: string, principal: string, began: number, ended: number) =>
    database.rows(
      `INSERT INTO cutter_runtime.phase_done (run_id, phase, epoch, input_sha, output_sha, output, principal, began, at)
       VALUES ($1, $2, 1, repeat('a', 64), repeat('b', 64), '{}', $3, $4, $5)`,
      [run, name, principal, at(began), at(ended)],
    );
  await phase("cut_leg_a", "cutter_exec", written[0], written[1]);
  await phase("write_verify", "cutter_verify", written[1], written[1]);
  for (const [index, moment] of rehearsed.entries())
    await database.rows(
      `INSERT INTO cutter_runtime.journal (run_id, seq, prev_sha, entry_sha, entry, at)
       VALUES ($1, $2, repeat('a', 64), repeat('b', 64), $3, $4)`,
      [
        run,
        index + 1,
        JSON.stringify({
          event: "rehearsed",
          rehearsal: together.length === 0 ? {} : { together: together.map((one) => ({ run_id: runOf(one) })) },
        }),
        at(moment),
      ],
    );
}

const pace = async (): Promise<number | null> =>
  (await database.rows<{ seconds: number | null }>(statement("read/pace").text, [], "cutter_exec"))[0]?.seconds ?? null;

test("before the first finished run no pace is told", async () => {
  expect(await pace()).toBeNull();
});

test("after a wave of 50 planned in 92 s a document counts 1.84 s of planning, not the whole wave's", async () => {
  const wave = Array.from({ length: 50 }, (_, index) => index + 1);
  for (const number of wave)
    await closedOut({
      ...{ number, opened: number - 1, rehearsed: [92], together: wave.filter((one) => one !== number) },
      written: [3_600 + number, 3_600 + number + 1],
    });
  expect(await pace()).toBeCloseTo(1.84 + 1, 6);
});

test("a run by itself counts from its opening to its first rehearsal", async () => {
  await closedOut({ number: 1, opened: 0, rehearsed: [5, 3_000], together: [], written: [3_600, 3_602] });
  expect(await pace()).toBeCloseTo(7, 6);
});

test("a document that came late to its wave counts its own planning, not the hours the others waited for people", async () => {
  await closedOut({ number: 1, opened: 0, rehearsed: [10], together: [2], written: [9_000, 9_001] });
  await closedOut({ number: 2, opened: 0, rehearsed: [10], together: [1], written: [9_001, 9_002] });
  await closedOut({ number: 3, opened: 7_200, rehearsed: [7_212], together: [1, 2], written: [9_002, 9_003] });
  expect(await pace()).toBeCloseTo((5 + 5 + 12) / 3 + 1, 6);
});
