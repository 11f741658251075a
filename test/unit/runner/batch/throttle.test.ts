// How one process looks at the load of its server.
import { expect, test } from "vitest";
import { LoadWatch } from "../../../../runner/batch/throttle.ts";
import type { Reader } from "../../../../runner/world/database.ts";
import type { World } from "../../../../runner/world.ts";

const BATCH = {
  batch_id: "ictb-20261129T120000Z-0000000a",
  throttle: {
    max: { ungranted_locks: 10, connections_percent: 80, transaction_seconds: 300 },
    critical: { ungranted_locks: 50, connections_percent: 95, transaction_seconds: 3_600 },
    hibernate_seconds: 1,
  },
};

test("while the server was found critical the process says so, so that nothing else of it asks the server", async () => {
  let ungranted_locks = 51;
  let asked = 0;
  let end = false;
  const load = (): unknown => {
    asked += 1;
    return { ungranted_locks, connections: 1, max_connections: 100, others: [], now: new Date() };
  };
  const reader = { one: () => Promise.resolve(load()) };
  const database = { read: (_role: string, work: (one: Reader) => unknown) => work(reader as unknown as Reader) };
  const watch = new LoadWatch({
    world: { database } as unknown as Pick<World, "database">,
    byHand: () => Promise.resolve(undefined),
    mustEnd: () => end,
    say: () => undefined,
    tell: () => undefined,
  });
  expect(watch.sleeps()).toBe(false);
  const waiting = watch.untilQuiet(BATCH, "a leg");
  await expect.poll(() => watch.sleeps()).toBe(true);
  expect(asked).toBe(1);
  ungranted_locks = 11;
  // Awake again it looks each second, and others may ask as well.
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(1);
  await expect.poll(() => watch.sleeps()).toBe(false);
  end = true;
  await waiting;
});
