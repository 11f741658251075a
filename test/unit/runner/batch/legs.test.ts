// What a worker does after a leg: when the next try comes, what is set aside, and for what the batch stands still.
import { expect, test } from "vitest";
import { doLeg } from "../../../../runner/batch/legs.ts";
import { queueNext } from "../../../../runner/batch/queue.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { leftOut } from "../../../../runner/rules/batch-stops.ts";
import { recordedBatch, type Ends, type RecordedBatch, type RecordedMember } from "../../../support/recorded-batch.ts";

const COULD_NOT = { exit: 1, code: "STOP_COULD_NOT_LOOK" };
const endsWith = (over: Partial<Ends> = {}): Ends => ({
  work: { exit: 0, code: null },
  look: () => Promise.resolve({ observed_digest: "d".repeat(64) }),
  ...over,
});
const enacted = (member: RecordedMember | undefined): void =>
  void Object.assign(member ?? {}, {
    run_id: "ictr-20261129T120000Z-00000001",
    run_state: "closeout_reported",
    close_kind: "closeout",
  });
/** Does the leg that was put in last, as a worker does it. */
async function next(batch: RecordedBatch): Promise<void> {
  const leg = batch.legs.findLast(({ state }) => state === "queued");
  if (!leg) throw new Error("no leg waits");
  Object.assign(leg, { state: "working" });
  await doLeg(batch.ground, leg.id);
  Object.assign(leg, { state: "ended" });
}
const queue = (batch: RecordedBatch, leg: string): unknown =>
  batch.legs.push({ id: `${batch.id}/${leg}/0`, state: "queued", worker: null, release: "r" });

test("a canary of one document whose plan could not look waits 5, 30 and 120 seconds between its tries, and is then set aside", async () => {
  const batch = recordedBatch(["LAW-A", "LAW-B"], {}, endsWith({ work: COULD_NOT }));
  queue(batch, "plan/0");
  for (let tries = 0; tries < 4; tries += 1) await next(batch);
  expect(batch.put.map(({ id, delay }) => [id.split("/")[1], delay])).toEqual([
    ["plan", 5],
    ["plan", 30],
    ["plan", 120],
    ["close", undefined],
  ]);
  expect(batch.members[0]?.quarantined).toBe(true);
});

test("a document whose lease another process holds is looked at again after a while, not at once", async () => {
  const batch = recordedBatch(["LAW-A"], {}, endsWith({ work: { exit: 4, code: "STOP_LEASE_HELD" } }));
  queue(batch, "plan/0");
  await next(batch);
  expect(batch.put).toMatchObject([{ id: `${batch.id}/plan/0/1`, delay: 15 }]);
});

test("an enacted document that cannot be looked at just now is never set aside: it is looked at again", async () => {
  const ends = endsWith({
    look: () => Promise.reject(new Stopped("STOP_COULD_NOT_LOOK", { saw: "away", wanted: "" })),
  });
  const batch = recordedBatch(["LAW-A"], {}, ends);
  enacted(batch.members[0]);
  queue(batch, "close/0");
  for (let tries = 0; tries < 6; tries += 1) await next(batch);
  expect(batch.put.map(({ delay }) => delay)).toEqual([5, 30, 120, 120, 120, 120]);
  expect([batch.members[0]?.quarantined, batch.stopped]).toEqual([false, null]);
  ends.look = () => Promise.resolve({ observed_digest: "d".repeat(64) });
  await next(batch);
  expect(batch.closed).toBe("done");
});

test("an enacted document that does not hold halts the batch once", async () => {
  const look = () => Promise.reject(new Stopped("STOP_VERIFY_FAILED", { saw: "another row", wanted: "" }));
  const batch = recordedBatch(["LAW-A"], {}, endsWith({ look }));
  enacted(batch.members[0]);
  queue(batch, "close/0");
  await next(batch);
  expect(batch.stops).toEqual([expect.stringMatching(/^LAW-A: STOP_VERIFY_FAILED/)]);
});

test("too many documents set aside halt the batch once; lifted by people it goes on, and one more halts it again", async () => {
  const ends = endsWith({ work: { exit: 4, code: "STOP_REFUSED_INPUT" } });
  const batch = recordedBatch(["LAW-A", "LAW-B", "LAW-C"], { canary: [], stop: { failures: 0, policy: "stop" } }, ends);
  for (const member of batch.members) {
    member.run_id = `ictr-20261129T120000Z-0000000${member.ordinal}`;
    Object.assign(member, { run_state: "cut_leg_a_committed" });
  }
  queue(batch, "cut/LAW-A");
  await next(batch);
  expect(batch.stops).toHaveLength(1);
  batch.stopped = null;
  ends.work = { exit: 3, code: "STOP_APPROVAL_REQUIRED" };
  queue(batch, "cut/LAW-B");
  await next(batch);
  expect([batch.stopped, batch.stops.length]).toEqual([null, 1]);
  ends.work = { exit: 4, code: "STOP_REFUSED_INPUT" };
  queue(batch, "cut/LAW-C");
  await next(batch);
  expect(batch.stops).toHaveLength(2);
});

test("a canary that was set aside halts the batch until people lift that; without a canary, or left out by a person, it does not", async () => {
  const aside = (reason: string, wish: object): RecordedBatch => {
    const batch = recordedBatch(["LAW-A", "LAW-B"], wish, endsWith());
    Object.assign(batch.members[0] ?? {}, { quarantined: true, reason });
    queue(batch, "close/0");
    return batch;
  };
  const canary = aside("STOP_REFUSED_INPUT: no", {});
  await next(canary);
  expect(canary.stopped).toBe("of the canary were set aside: LAW-A");
  canary.stopped = null;
  queue(canary, "close/0");
  await next(canary);
  expect([canary.stopped, canary.ended]).toEqual([null, [0]]);
  for (const other of [
    aside("STOP_REFUSED_INPUT: no", { canary: [], wave_size: 1 }),
    aside(leftOut("lan", "not this week"), {}),
  ]) {
    await next(other);
    expect([other.stopped, other.ended]).toEqual([null, [0]]);
  }
});

test("a batch whose last outcome is recorded and whose end is not is closed by the next look", async () => {
  const ends = endsWith({ closing: new Error("connection lost") });
  const batch = recordedBatch(["LAW-A"], {}, ends);
  enacted(batch.members[0]);
  queue(batch, "close/0");
  await expect(next(batch)).rejects.toThrow("connection lost");
  for (const leg of batch.legs) Object.assign(leg, { state: "ended" });
  expect([batch.ended, batch.closed]).toEqual([[0], null]);
  ends.closing = undefined;
  queue(batch, "close/0");
  await next(batch);
  expect(batch.closed).toBe("done");
});

test("a document whose run a person refused by a signed statement is set aside by itself, is no failure, and its wave goes on to its end", async () => {
  const ends = endsWith({ work: { exit: 4, code: "STOP_APPROVAL_REVOKED" } });
  const batch = recordedBatch(["LAW-A", "LAW-B"], { canary: [], stop: { failures: 0, policy: "stop" } }, ends);
  const [refused, other] = batch.members;
  enacted(other);
  Object.assign(refused ?? {}, {
    ...{ run_id: "ictr-20261129T120000Z-00000002", run_state: "awaiting_cut_authorization", revoked: true },
  });
  await queueNext(batch.ground.world, batch.ground.client, batch.id);
  await next(batch);
  expect(refused).toMatchObject({
    quarantined: true,
    failures: 0,
    reason: expect.stringContaining("refusal") as unknown,
  });
  await next(batch);
  expect([batch.stopped, batch.closed]).toEqual([null, "done"]);
});

test("a machine that takes the planning of a wave over goes on where the lost one was: what was planned is not planned again", async () => {
  const batch = recordedBatch(["LAW-A", "LAW-B"], { canary: [], wave_size: 2 }, endsWith());
  const [planned, begun] = batch.members;
  const run = (member: RecordedMember | undefined, phases: string[]): void =>
    void Object.assign(member ?? {}, { run_id: `ictr-20261129T120000Z-0000000${phases.length}`, phases });
  run(planned, ["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"]);
  run(begun, ["source_pin", "mark"]);
  for (const member of batch.members) member.run_state = "marked";
  queue(batch, "plan/0");
  await next(batch);
  const ends = batch.said.filter((line) => line.endsWith("goes_on")).map((line) => line.split(":")[0]);
  // Of what is planned one is told after the rehearsal and its requests, of the other one more after its planning.
  expect(ends).toEqual(["LAW-B", "LAW-A", "LAW-B", "LAW-A", "LAW-B"]);
});
