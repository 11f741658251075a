// What every scheduler must do, over real worker processes; the five findings of docs/decisions/0151-batch-engine.md among it.
import { expect, test } from "vitest";
import type { Leg, LegQueueClient } from "../../runner/world/scheduler.ts";

/** A worker of its own process. */
export interface WorkerProcess {
  readonly name: string;
  handBack(worker: string): Promise<number>;
  /** Asks it to end at rest. */
  close(): void;
  /** kill -9. */
  kill(): Promise<void>;
  /** Exit status, once it has ended. */
  readonly ended: Promise<number | null>;
}

export interface SchedulerUnderTest {
  client(): Promise<LegQueueClient>;
  /** `write`: places of the queue `write`. */
  worker(write?: number): Promise<WorkerProcess>;
  /** Lines `begin <leg> <worker>` and `end <leg> <worker>`, in their order. */
  told(): readonly string[];
  /** Breaks every connection to the scheduler's database. */
  breakConnections(): Promise<void>;
}

const leg = (id: string, over: Partial<Leg> = {}): Leg => ({ id, queue: "write", priority: 5, ...over });

export function schedulerContract(subject: SchedulerUnderTest): void {
  const begun = (): string[] =>
    subject.told().flatMap((line) => (line.startsWith("begin ") ? [line.split(" ")[1] ?? ""] : []));
  const endedLegs = (): string[] =>
    subject.told().flatMap((line) => (line.startsWith("end ") ? [line.split(" ")[1] ?? ""] : []));
  const until = (what: () => void | Promise<void>, seconds = 20): Promise<void> =>
    expect
      .poll(async () => what(), { timeout: seconds * 1000, interval: 100 })
      .toBeUndefined()
      .then(() => undefined);
  const reached = (check: () => boolean, seconds = 20): Promise<void> =>
    until(() => {
      if (!check()) throw new Error("not yet");
    }, seconds);
  const withClient = async (work: (client: LegQueueClient) => Promise<void>): Promise<void> => {
    const client = await subject.client();
    await work(client).finally(() => client.close());
  };

  test("legs are done once, the smaller priority first, and an id that was known is not done again", () =>
    withClient(async (client) => {
      const ids = ["order/c", "order/a", "order/b"];
      const worker = await subject.worker(1);
      await client.limit("write", 0);
      await client.enqueue([
        leg("order/c", { priority: 9 }),
        leg("order/a", { priority: 1 }),
        leg("order/b", { priority: 2 }),
      ]);
      await client.limit("write", 1);
      await reached(() => ids.every((id) => endedLegs().includes(id)));
      expect(begun().filter((id) => id.startsWith("order/"))).toEqual(["order/a", "order/b", "order/c"]);
      await client.enqueue([leg("order/a")]);
      await client.enqueue([leg("order/d")]);
      await reached(() => endedLegs().includes("order/d"));
      expect(begun().filter((id) => id === "order/a")).toHaveLength(1);
      expect((await client.legs("order/")).map(({ state }) => state)).toEqual(["ended", "ended", "ended", "ended"]);
      await worker.kill();
    }));

  test("nobody takes the leg of a dead worker over by himself; handed back it keeps its queue and goes first, once", () =>
    withClient(async (client) => {
      const first = await subject.worker(1);
      await client.enqueue([leg("dead/one~60000")]);
      await reached(() => begun().includes("dead/one~60000"));
      await first.kill();
      const second = await subject.worker(2);
      await client.enqueue([leg("dead/two~300"), leg("dead/three~300")]);
      await reached(() => endedLegs().includes("dead/three~300"));
      expect((await client.legs("dead/one")).map(({ state, worker }) => [state, worker])).toEqual([
        ["working", first.name],
      ]);
      expect(await second.handBack(first.name)).toBe(1);
      await reached(() => begun().filter((id) => id === "dead/one~60000").length === 2);
      expect(await second.handBack(first.name)).toBe(0);
      expect(await client.legs("dead/one")).toMatchObject([
        { state: "working", worker: second.name, release: "release-1" },
      ]);
      await second.kill();
      await client.cancel(["dead/one~60000"]);
    }));

  test("a leg that was cancelled while its worker died is never handed back, and never begun again", () =>
    withClient(async (client) => {
      await client.limit("write", 1);
      const first = await subject.worker(1);
      await client.enqueue([leg("gone/one~60000"), leg("gone/two")]);
      await reached(() => begun().includes("gone/one~60000"));
      await first.kill();
      await client.cancel(["gone/one~60000", "gone/two"]);
      const second = await subject.worker(1);
      expect(await second.handBack(first.name)).toBe(0);
      await client.enqueue([leg("gone/three")]);
      await reached(() => endedLegs().includes("gone/three"));
      expect(begun().filter((id) => id.startsWith("gone/"))).toEqual(["gone/one~60000", "gone/three"]);
      expect((await client.legs("gone/")).filter(({ state }) => state === "cancelled")).toHaveLength(2);
      await second.kill();
    }));

  test("a worker that comes to rest while a leg is handed to it does that leg to its end, and no other", () =>
    withClient(async (client) => {
      const worker = await subject.worker(1);
      await client.enqueue([leg("rest/one~1500"), leg("rest/two")]);
      await reached(() => begun().includes("rest/one~1500"));
      worker.close();
      expect(await worker.ended).toBe(0);
      expect(endedLegs()).toContain("rest/one~1500");
      expect((await client.legs("rest/")).map(({ state }) => state)).toEqual(["ended", "queued"]);
      await client.cancel(["rest/two"]);
    }));

  test("a limit of nothing holds a queue within two seconds at run time, and another lets it go on", () =>
    withClient(async (client) => {
      const worker = await subject.worker(1);
      await client.enqueue(Array.from({ length: 12 }, (_, index) => leg(`held/${index}~400`)));
      await reached(() => endedLegs().some((id) => id.startsWith("held/")));
      await client.limit("write", 0);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const held = begun().filter((id) => id.startsWith("held/")).length;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(begun().filter((id) => id.startsWith("held/"))).toHaveLength(held);
      expect(held).toBeLessThan(12);
      await client.limit("write", 3);
      await reached(() => endedLegs().filter((id) => id.startsWith("held/")).length === 12);
      await worker.kill();
    }));

  test("a worker whose database breaks off ends by itself, and the next one brings every leg to its end", () =>
    withClient(async (client) => {
      const first = await subject.worker(2);
      const ids = Array.from({ length: 12 }, (_, index) => `broken/${index}~200`);
      await client.enqueue(ids.map((id) => leg(id)));
      await reached(() => endedLegs().filter((id) => id.startsWith("broken/")).length >= 2);
      await subject.breakConnections();
      expect(await first.ended).toBe(75);
      const second = await subject.worker(2);
      await second.handBack(first.name);
      await reached(() => ids.every((id) => endedLegs().includes(id)), 30);
      await second.kill();
    }));
}
