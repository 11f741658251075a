// How a worker of batches ends; a process that stays half alive after its database broke off takes legs and hands nobody's back.
import { expect, test } from "vitest";
import { endOfWorker } from "../../../../runner/batch/worker-end.ts";
import { Stopped } from "../../../../runner/model/stop.ts";

const never = new Promise<never>(() => undefined);

test.each([
  [
    "of PostgreSQL",
    new Stopped("STOP_COULD_NOT_LOOK", { saw: "read ECONNRESET", wanted: "an answer" }),
    "STOP_COULD_NOT_LOOK: read ECONNRESET",
  ],
  ["of the machine", new Error("ENOSPC"), "ENOSPC"],
])(
  "a worker whose look for work meets a fault %s ends in words, as one whose scheduler is gone",
  async (_of, fault, why) => {
    expect(await endOfWorker(Promise.reject(fault), [never])).toBe(`its look for work broke off: ${why}`);
  },
);

test("what comes first ends it: rest with its status, a broken scheduler or silence with its reason", async () => {
  expect(await endOfWorker(Promise.resolve(0), [never])).toBe(0);
  expect(await endOfWorker(never, [never, Promise.resolve("not heard of")])).toBe("not heard of");
});
