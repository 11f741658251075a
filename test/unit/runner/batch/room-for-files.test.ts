// A machine whose disk is full takes no work from those that have room.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { untilRoom } from "../../../../runner/batch/room-for-files.ts";
import type { World } from "../../../../runner/world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A disk that is full for so many looks. */
const disk = (full: number): Pick<World, "files"> => {
  let looks = 0;
  const write = () => ((looks += 1) <= full ? Promise.reject(new Error("ENOSPC")) : Promise.resolve());
  return { files: { write } } as unknown as Pick<World, "files">;
};

test.each([
  [0, []],
  [3, ["ENOSPC", undefined]],
])("a worker on a machine whose disk is full for %i looks waits for room and says so once", async (full, words) => {
  const told: (string | undefined)[] = [];
  const waited = untilRoom(disk(full), { mustEnd: () => false, tell: (why) => void told.push(why) });
  await vi.advanceTimersByTimeAsync(2_000 * full);
  expect([await waited, told]).toEqual([true, words]);
});

test("a worker that waits for room ends when it is asked to", async () => {
  let asked = false;
  const waited = untilRoom(disk(Infinity), { mustEnd: () => asked, tell: () => undefined });
  await vi.advanceTimersByTimeAsync(5_000);
  asked = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await waited).toBe(false);
});
