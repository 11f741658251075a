// The records of a batch in the database: who may write them, and that a halted batch opens and writes nothing.
import { afterAll, beforeAll, expect, test } from "vitest";
import { statement } from "../../runner/adapters/statements.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import { begun } from "../support/principals.ts";
import {
  admit,
  answerOf,
  EXECUTION_SHA,
  openRun,
  plantAdmission,
  reachGate,
  SG_1_SHA,
  sha,
  type RunByHand,
} from "../support/run-by-sql.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";

const ID = "ictb-20261129T120000Z-0000000a";
const run = (eight: string): string => `ictr-20261129T120000Z-${eight}`;
let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('a', 64), 'host', 'lan', 'release', $2)", [
    ID,
    JSON.stringify([
      { document_id: "LAW-A", ordinal: 1, wave: 0 },
      { document_id: "LAW-B", ordinal: 2, wave: 1 },
    ]),
  ]);
});
afterAll(async () => {
  await database?.drop();
});

const exec = (sql: string, values: readonly unknown[] = []) =>
  database.rows<Record<string, unknown>>(sql, values, "cutter_exec");
const assign = async (document: string, eight: string) =>
  (await exec("SELECT cutter_runtime.assign_member($1, $2, $3) AS run_id", [ID, document, run(eight)]))[0]?.["run_id"];
const open = (eight: string, document: string) =>
  exec("SELECT cutter_runtime.open_run($1, $2, 'host', 'lan', 'release', 'host 1 1')", [run(eight), document]);

test("the same manifest opened twice is one batch, and a role's password writes no row past the functions", async () => {
  await exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('a', 64), 'host', 'lan', 'release', '[]')", [ID]);
  expect(await exec("SELECT document_id FROM cutter_runtime.batch_member ORDER BY ordinal")).toHaveLength(2);
  await expect(exec("UPDATE cutter_runtime.batch_member SET wave = 7")).rejects.toThrow(/permission denied/);
  await expect(exec("SELECT cutter_runtime.stop_batch($1, 'x', 'y')", [ID])).rejects.toThrow(/permission denied/);
});

test("a member keeps the run that was chosen first until it is voided", async () => {
  expect(await assign("LAW-A", "00000001")).toBe(run("00000001"));
  expect(await assign("LAW-A", "00000002")).toBe(run("00000001"));
  await open("00000001", "LAW-A");
  await exec("SELECT cutter_runtime.close_run($1, 1, 'voided', 'a reason')", [run("00000001")]);
  expect(await assign("LAW-A", "00000003")).toBe(run("00000003"));
});

test("failures count in a row, and a document that is enacted is not set aside", async () => {
  const failures = async () =>
    (await exec("SELECT failures FROM cutter_runtime.batch_member WHERE document_id = 'LAW-A'"))[0]?.["failures"];
  const note = (stop: string | null, failed: boolean, aside: string | null = null) =>
    exec("SELECT cutter_runtime.note_member($1, 'LAW-A', $2, $3, $4)", [ID, stop, failed, aside]);
  await note("STOP_COULD_NOT_LOOK", true);
  await note("STOP_COULD_NOT_LOOK", true);
  await note("STOP_LEASE_HELD", false);
  expect(await failures()).toBe(2);
  await note(null, false);
  expect(await failures()).toBe(0);
  const enact = "UPDATE cutter_runtime.run SET close_kind = $2 WHERE run_id = $1";
  await database.rows("UPDATE cutter_runtime.batch_member SET run_id = $1 WHERE document_id = 'LAW-A'", [
    run("00000001"),
  ]);
  await database.rows(enact, [run("00000001"), "closeout"]);
  await expect(note("STOP_COULD_NOT_LOOK", true, "not seen")).rejects.toThrow(/STOP_REPLAY_CONFLICT/);
  await database.rows(enact, [run("00000001"), "voided"]);
  await database.rows("UPDATE cutter_runtime.batch_member SET run_id = $1 WHERE document_id = 'LAW-A'", [
    run("00000003"),
  ]);
});

test("whoever holds the writer's password records no outcome that the runs do not have, takes no other document's run and holds no document twice", async () => {
  const end = (outcome: unknown[]) =>
    exec("SELECT cutter_runtime.end_wave($1, 0, $2, $3)", [ID, digestOf(outcome as []), JSON.stringify(outcome)]);
  for (const invented of [
    [["LAW-A", run("00000003"), "closeout", sha("seen"), sha("summary")]],
    [["LAW-A", run("00000003"), "quarantined", "", ""]],
    [],
  ])
    await expect(end(invented)).rejects.toThrow(/STOP_REFUSED_INPUT/);
  await open("0000000f", "LAW-Z");
  await expect(assign("LAW-A", "0000000f")).rejects.toThrow(/STOP_REFUSED_INPUT/);
  const twice = [{ document_id: "LAW-A", ordinal: 1, wave: 0 }];
  const opened = (id: string) =>
    exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('d', 64), 'host', 'lan', 'release', $2)", [
      id,
      JSON.stringify(twice),
    ]);
  await expect(opened("ictb-20261129T120000Z-0000000d")).rejects.toThrow(/STOP_REFUSED_INPUT/);
  await expect(opened(ID)).rejects.toThrow(/STOP_REFUSED_INPUT/);
});

test("a document that was set aside stays so and gets no further run", async () => {
  await exec("SELECT cutter_runtime.note_member($1, 'LAW-B', 'STOP_REFUSED_INPUT', true, 'no heading')", [ID]);
  await exec("SELECT cutter_runtime.note_member($1, 'LAW-B', NULL, false, 'another reason')", [ID]);
  expect(
    await exec("SELECT failures, attempts, reason FROM cutter_runtime.batch_member WHERE document_id = 'LAW-B'"),
  ).toEqual([{ failures: 0, attempts: 2, reason: "no heading" }]);
  expect(await assign("LAW-B", "00000004")).toBeNull();
});

test("a halted batch halts its open runs, opens none that was chosen before, and goes on when the halts are lifted", async () => {
  await open("00000003", "LAW-A");
  const [stopped] = await database.rows<{ halts: string[] }>(
    "SELECT cutter_runtime.stop_batch($1, 'a person looks', 'lan')::text[] AS halts",
    [ID],
    "cutter_halt",
  );
  expect(stopped?.halts).toHaveLength(1);
  expect(await exec("SELECT run_id, reason FROM cutter_runtime.halt")).toEqual([
    { run_id: run("00000003"), reason: "a person looks" },
  ]);
  await expect(assign("LAW-A", "00000005")).rejects.toThrow(/STOP_HALTED/);
  await database.rows(
    "UPDATE cutter_runtime.batch_member SET run_id = $1, quarantined = NULL WHERE document_id = 'LAW-B'",
    [run("00000006")],
  );
  await expect(open("00000006", "LAW-B")).rejects.toThrow(/STOP_HALTED/);
  await database.rows(
    "SELECT cutter_runtime.lift_halt(ARRAY[$1]::bigint[], '\\x00', '\\x00', 'minh')",
    [stopped?.halts[0]],
    "cutter_gate",
  );
  await open("00000006", "LAW-B");
});

test("a batch with an open run is not closed, and a closed one takes no record", async () => {
  const close = () => exec("SELECT cutter_runtime.close_batch($1, 'done', 'a reason')", [ID]);
  await expect(close()).rejects.toThrow(/STOP_RUN_OPEN/);
  for (const eight of ["00000003", "00000006"])
    await exec(
      "SELECT cutter_runtime.close_run($1, (SELECT epoch FROM cutter_runtime.lease WHERE run_id = $1), 'voided', 'a reason')",
      [run(eight)],
    );
  await close();
  await expect(exec("SELECT cutter_runtime.end_wave($1, 0, repeat('a', 64), '[]')", [ID])).rejects.toThrow(
    /STOP_REPLAY_CONFLICT/,
  );
});

test("a batch halted between two waves, with no run open, goes on by the UNHALT of its newest run; one that never had a run by none", async () => {
  const other = "ictb-20261129T120000Z-0000000b";
  const halts = async (): Promise<string[]> => {
    const sql = "SELECT cutter_runtime.stop_batch($1, 'look first', 'lan')::text[] AS halts";
    return (await database.rows<{ halts: string[] }>(sql, [other], "cutter_halt"))[0]?.halts ?? [];
  };
  const stopped = async () => (await exec("SELECT cutter_runtime.batch_stopped($1) AS why", [other]))[0]?.["why"];
  await exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('b', 64), 'host', 'lan', 'release', $2)", [
    other,
    JSON.stringify([{ document_id: "LAW-D", ordinal: 1, wave: 0 }]),
  ]);
  await exec("SELECT cutter_runtime.assign_member($1, 'LAW-D', $2)", [other, run("00000007")]);
  await open("00000007", "LAW-D");
  await exec("SELECT cutter_runtime.close_run($1, 1, 'voided', 'a reason')", [run("00000007")]);
  const [halt, ...more] = await halts();
  expect(more).toEqual([]);
  expect(await stopped()).toBe("look first");
  await database.rows(
    "SELECT cutter_runtime.lift_halt(ARRAY[$1]::bigint[], '\\x00', '\\x00', 'minh')",
    [halt],
    "cutter_gate",
  );
  expect(await stopped()).toBeNull();
  await database.rows("UPDATE cutter_runtime.batch_member SET run_id = NULL WHERE batch_id = $1", [other]);
  expect(await halts()).toEqual([]);
  expect(await stopped()).toBe("look first");
});

test("a role without any right to look into others' sessions sees locks that wait and since when transactions of others run", async () => {
  const load = async () => (await exec(statement("read/load").text))[0] ?? {};
  const before = (await load())["others"] as string[];
  const [holder, waiter] = [await database.connect(), await database.connect()];
  await holder.query("BEGIN");
  await holder.query("LOCK TABLE public.information_unit IN ACCESS EXCLUSIVE MODE");
  const waiting = waiter.query("SELECT FROM public.information_unit");
  await expect.poll(async () => (await load())["ungranted_locks"]).toBeGreaterThan(0);
  const seen = await load();
  expect((seen["others"] as string[]).length).toBeGreaterThan(before.length);
  expect(seen["connections"]).toBeGreaterThan(2);
  await holder.query("ROLLBACK");
  await waiting;
  await Promise.all([holder.end(), waiter.end()]);
});

test("an EXECUTION of a later wave is admitted and used only when it names what the wave before came to", async () => {
  const batch = "ictb-20261129T120000Z-0000000c";
  const gate = await database.connect("cutter_gate");
  const writer = await database.connect("cutter_exec");
  const superuser = await database.connect();
  await exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('c', 64), 'host', 'lan', 'release', $2)", [
    batch,
    JSON.stringify([
      { document_id: "LAW-E", ordinal: 1, wave: 0 },
      { document_id: "LAW-F", ordinal: 2, wave: 1 },
    ]),
  ]);
  const member = async (document: string) => {
    const opened = await openRun(writer, document);
    await exec("SELECT cutter_runtime.assign_member($1, $2, $3)", [batch, document, opened.runId]);
    await reachGate(writer, opened);
    await admit(gate, opened, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
    return opened;
  };
  const execution = (of: RunByHand, payload: object = {}) =>
    answerOf(admit(gate, of, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA, payload }));
  const canary = await member("LAW-E");
  const outcome = [["LAW-E", canary.runId, "closeout", sha("seen"), sha("summary")]];
  const after = { batch_id: batch, wave: "0", outcome_digest: digestOf(outcome) };

  expect(await execution(canary, { after })).toBe("STOP_APPROVAL_INVALID");
  expect(await execution(canary)).toBe("accepted");
  const next = await member("LAW-F");
  expect(await execution(next, { after })).toBe("STOP_EXECUTION_NOT_AUTHORIZED");
  const end = (digest: string) =>
    exec("SELECT cutter_runtime.end_wave($1, 0, $2, $3)", [batch, digest, JSON.stringify(outcome)]);
  await expect(end(sha("another"))).rejects.toThrow(/STOP_REFUSED_INPUT/);
  await superuser.query(
    "UPDATE cutter_runtime.run SET state = 'closeout_reported', closed = clock_timestamp(), close_kind = 'closeout', close_reason = 'x' WHERE run_id = $1",
    [canary.runId],
  );
  await end(after.outcome_digest);
  expect(await execution(next)).toBe("STOP_APPROVAL_INVALID");
  expect(await execution(next, { after: { ...after, outcome_digest: sha("another") } })).toBe("STOP_APPROVAL_INVALID");
  // Past the gate, by whoever owns the table: what is used is asked once more.
  await superuser.query("ALTER TABLE cutter_runtime.admission DISABLE TRIGGER after_its_wave");
  await plantAdmission(superuser, next, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
  await superuser.query("ALTER TABLE cutter_runtime.admission ENABLE ALWAYS TRIGGER after_its_wave");
  expect(await begun(writer, next, "cut_leg_a")).toBe("STOP_APPROVAL_INVALID");
  await Promise.all([gate, writer, superuser].map((client) => client.end()));
});

test("a batch that is given up opens and begins nothing more, and its runs are not halted", async () => {
  const batch = "ictb-20261129T120000Z-0000000e";
  await exec("SELECT cutter_runtime.open_batch($1, '{}', repeat('e', 64), 'host', 'lan', 'release', $2)", [
    batch,
    JSON.stringify([{ document_id: "LAW-G", ordinal: 1, wave: 0 }]),
  ]);
  await exec("SELECT cutter_runtime.assign_member($1, 'LAW-G', $2)", [batch, run("00000010")]);
  const giveUp = (role: "cutter_exec" | "cutter_halt") =>
    database.rows("SELECT cutter_runtime.give_up_batch($1, 'no longer wanted', 'lan')", [batch], role);
  await expect(giveUp("cutter_exec")).rejects.toThrow(/permission denied/);
  await giveUp("cutter_halt");
  await expect(open("00000010", "LAW-G")).rejects.toThrow(/STOP_HALTED/);
  await expect(exec("SELECT cutter_runtime.assign_member($1, 'LAW-G', $2)", [batch, run("00000011")])).rejects.toThrow(
    /STOP_HALTED/,
  );
  expect(await exec("SELECT FROM cutter_runtime.halt WHERE run_id = $1", [run("00000010")])).toEqual([]);
});
