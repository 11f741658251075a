// Which process lives: beats, silence, and the lease of a holder that was not heard of for ten seconds.
import { afterEach, beforeEach, expect, test } from "vitest";
import { statement } from "../../runner/adapters/statements.ts";
import { admittedRun, ended, openPrincipals, type Principals } from "../support/principals.ts";
import { answerOf, beginEffect, endEffect, createUnits, one, openRun } from "../support/run-by-sql.ts";

let people: Principals;
beforeEach(async () => {
  people = await openPrincipals();
});
afterEach(() => people.db.drop());

const beat = (process: string, key = "its own key"): Promise<string> =>
  one(people.exec, "SELECT cutter_runtime.host_beat($1, 'run', 'r1', $2)", [process, key]);
const take = (runId: string, holder: string): Promise<string> =>
  one(people.exec, "SELECT cutter_runtime.take_lease($1, $2, NULL)", [runId, holder]);
/** The last beat, moved into the past; the server itself must have been up as long. */
const silence = async (process: string, seconds: number): Promise<void> => {
  await people.superuser.query(
    "UPDATE cutter_runtime.host_beat SET at = at - make_interval(secs => $2) WHERE process = $1",
    [process, seconds],
  );
  await people.superuser.query(
    "SELECT pg_sleep(greatest(0, extract(epoch FROM pg_postmaster_start_time() + interval '10.1 seconds' - clock_timestamp())))",
  );
};

test("a living host's run is not taken, that of a host silent for ten seconds is, and the host that wakes up is fenced", async () => {
  const run = await openRun(people.exec, "SAMPLE");
  await beat("holder-1");
  await silence("holder-1", 9);
  expect(await answerOf(take(run.runId, "holder-2"))).toBe("STOP_LEASE_HELD");
  await silence("holder-1", 2);
  expect(await take(run.runId, "holder-2")).toBe("2");
  await beat("holder-1");
  const late = people.exec.query("SELECT cutter_runtime.set_state($1, 1, 'ambiguous', NULL)", [run.runId]);
  expect(await answerOf(late)).toBe("STOP_FENCED");
});

test("who asks for the machines sees a lost one for as long as it holds a run, and not what a process gave back", async () => {
  const lost = await openRun(people.exec, "SAMPLE");
  const given = await openRun(people.exec, "SAMPLE-2");
  await beat("holder-1");
  const seen = async (): Promise<unknown[]> =>
    (await people.exec.query<{ process: string; holds: string[] }>(statement("read/host-beats").text)).rows.map(
      ({ process, holds }) => ({ process, holds }),
    );
  await people.exec.query("SELECT cutter_runtime.release_lease($1, 1)", [given.runId]);
  expect(await seen()).toEqual([{ process: "holder-1", holds: [lost.runId] }]);
  // Two hours later, the lease long run out, nobody has taken the run.
  const later = (sql: string) => people.superuser.query(sql);
  await later("UPDATE cutter_runtime.host_beat SET at = at - interval '2 hours'");
  await later("UPDATE cutter_runtime.lease SET expires_at = expires_at - interval '2 hours'");
  expect(await seen()).toEqual([{ process: "holder-1", holds: [lost.runId] }]);
  await take(lost.runId, "holder-2");
  expect(await seen()).toEqual([]);
});

test("a holder that never beat is not known to be silent", async () => {
  const run = await openRun(people.exec, "SAMPLE");
  expect(await answerOf(take(run.runId, "holder-2"))).toBe("STOP_LEASE_HELD");
});

test("whoever has the password of cutter_exec renews no beat of another process and takes no silent run without its key", async () => {
  await people.exec.query("SELECT set_config('cutter.run_key', 'the key of this run', false)");
  const run = await openRun(people.exec, "SAMPLE");
  await beat("holder-1");
  const thief = await people.db.connect("cutter_exec");
  expect(await answerOf(thief.query("SELECT cutter_runtime.host_beat('holder-1', 'run', 'r1', 'guessed')"))).toBe(
    "STOP_FENCED",
  );
  await silence("holder-1", 11);
  expect(await answerOf(thief.query("SELECT cutter_runtime.take_lease($1, 'thief', NULL)", [run.runId]))).toBe(
    "STOP_FENCED",
  );
  for (const write of ["UPDATE cutter_runtime.host_beat SET at = now()", "DELETE FROM cutter_runtime.host_beat"])
    expect(await answerOf(thief.query(write))).toBe("42501");
  expect(await take(run.runId, "holder-2")).toBe("2");
});

test("the transaction that a frozen host left open is ended, so that its run goes on at once and nothing is written twice", async () => {
  const run = await admittedRun(people);
  await beat("holder-1");
  const frozen = await people.db.connect("cutter_exec");
  frozen.on("error", () => undefined);
  await frozen.query("BEGIN");
  await beginEffect(frozen, run, "cut_leg_a");
  await createUnits(frozen, run);
  await silence("holder-1", 11);
  const gone = ended(frozen);
  expect(await take(run.runId, "holder-2")).toBe("2");
  await gone;
  run.epoch = "2";
  await people.exec.query("BEGIN");
  await beginEffect(people.exec, run, "cut_leg_a");
  await createUnits(people.exec, run);
  await endEffect(people.exec, run, "cut_leg_a");
  await people.exec.query("COMMIT");
  expect(
    await one(people.superuser, "SELECT count(*) FROM public.information_unit WHERE canonical_address LIKE 'SAMPLE/%'"),
  ).toBe("3");
});
