// A batch when something is wrong: a halt of people, a document that fails, the scheduler's database lost, and a batch that is given up.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchBatchPage } from "../../scripts/operator/fetch-batch-page.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { asAdministrator } from "../support/admin-connection.ts";
import { layHost } from "../support/lay-host.ts";
import { signOrder } from "../support/signed-orders.ts";

const ID = "ictb-20261129T120000Z-0000000a";
const GIVEN_UP = "ictb-20261129T120000Z-0000000b";
let host: GovernedHost;
let file: string;
beforeAll(async () => {
  host = await governedHost();
  for (const document of ["LAW-A", "LAW-B", "LAW-BAD", "LAW-C", "LAW-D", "LAW-E"]) await host.register(document, LAW);
  file = manifest(ID, [{ document_id: "LAW-A" }, { document_id: "LAW-B" }, BAD]);
});
afterAll(async () => {
  await host?.remove();
});

/** Another grammar than the one it is registered with: refused when it is planned. */
const BAD = { document_id: "LAW-BAD", grammar: { profile: "vn-law-1" } };
const batch = (...words: string[]) => host.cutter("orchestrate", "batch", ...words);
function manifest(batch_id: string, items: readonly object[]): string {
  const folder = join(host.sandbox.place.runtimeRoot, "batches");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${batch_id}.json`);
  const made = { created_by: "the test", created_utc: "2026-11-29T12:00:00Z" };
  writeFileSync(path, JSON.stringify({ schema_version: "1", batch_id, ...made, items, canary: [] }));
  return path;
}
const folderOf = (id: string): string => join(host.sandbox.place.runtimeRoot, "batches", id);
const workerLog = (): string => readFileSync(join(host.sandbox.place.runtimeRoot, "batches", "worker.log"), "utf8");
const runs = (id = ID) =>
  host.sql<{ document_id: string; run_id: string; state: string; close_kind: string | null; reason: string | null }>(
    "SELECT m.document_id, m.run_id, m.reason, r.state, r.close_kind FROM cutter_runtime.batch_member m LEFT JOIN cutter_runtime.run r USING (run_id) WHERE m.batch_id = $1 ORDER BY m.ordinal",
    [id],
  );
const runOf = async (document: string): Promise<string> =>
  (await runs()).find(({ document_id }) => document_id === document)?.run_id ?? "";
const units = async (): Promise<number> =>
  (
    await host.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM public.information_unit WHERE canonical_address LIKE 'LAW-%'",
    )
  )[0]?.n ?? -1;
/** Phases of a run from leg A on. */
const phasesOf = async (run: string): Promise<string[]> =>
  (
    await host.sql<{ phase: string }>(
      "SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 AND began > (SELECT at FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'grant_probe') ORDER BY at",
      [run],
    )
  ).map(({ phase }) => phase);
const waitingFor = async (table: string): Promise<number> =>
  (
    await host.sql<{ n: number }>(
      "SELECT count(DISTINCT pid)::int AS n FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
      [`public.${table}`],
    )
  )[0]?.n ?? -1;
const signAll = async (gate: string, person: string): Promise<string[]> => {
  const signed: string[] = [];
  for (const document of ["LAW-A", "LAW-B"]) signed.push(await host.sign(await runOf(document), gate, person));
  return signed;
};

test("a document that fails while it is planned is set aside with its reason, and the others ask for their signatures", async () => {
  expect(await batch("open", file)).toMatchObject({ status: 0 });
  expect(await batch("follow", ID)).toMatchObject({ status: 3 });
  expect(await runs()).toMatchObject([
    { document_id: "LAW-A", state: "awaiting_cut_authorization", reason: null },
    { document_id: "LAW-B", state: "awaiting_cut_authorization", reason: null },
    { document_id: "LAW-BAD", reason: expect.stringContaining("STOP_REFUSED_INPUT") as unknown },
  ]);
});

test("after a halt nothing of the batch goes on, by the batch or by a run alone, until every halt is lifted by a signed UNHALT", async () => {
  const signed = [...(await signAll("SG_1_cut_authz", "linh")), ...(await signAll("EXECUTION", "minh"))];
  expect(await host.cutter("gate", "admit", ...signed)).toMatchObject({ status: 0 });
  const halted = await batch("halt", ID, "--reason", "look first");
  expect(halted).toMatchObject({ status: 0 });
  expect(JSON.parse(readFileSync(join(folderOf(ID), "state.json"), "utf8"))).toMatchObject({ stopped: "look first" });
  const lifts = [...halted.stderr.matchAll(/^npm run unhalt -- (\d+) --run (\S+)/gm)];
  expect(lifts.map(([, , run]) => run).sort()).toEqual([await runOf("LAW-A"), await runOf("LAW-B")].sort());

  await batch("resume", ID);
  expect(await batch("follow", ID)).toMatchObject({ status: 4 });
  for (const document of ["LAW-A", "LAW-B"])
    expect(await host.cutter("orchestrate", "resume", await runOf(document))).toMatchObject({ stop: "STOP_HALTED" });
  expect(await units()).toBe(0);
  const status = await batch("status", ID);
  expect(status.events.find(({ event }) => event === "batch")).toMatchObject({
    stopped: "look first",
    next: expect.stringMatching(/^npm run unhalt -- \d+ --run ictr-/) as unknown,
  });

  for (const [index, [, id = "", run = ""]] of lifts.entries()) {
    if (index > 0) expect(await batch("follow", ID)).toMatchObject({ status: 4 });
    const order = await signOrder(host, "hoa", "unhalt", id, "--run", run);
    expect(await host.cutter("orchestrate", "unhalt", order)).toMatchObject({ status: 0 });
  }
});

test("a file laid while an effect runs lets that effect end and holds the next one back, told with its reason, until it is gone", async () => {
  const throttle = join(host.sandbox.place.runtimeRoot, "locks", "THROTTLE");
  const run = await runOf("LAW-A");
  await asAdministrator(host.sandbox, async (client) => {
    await client.query("BEGIN");
    await client.query("LOCK TABLE public.birth_registry IN SHARE MODE");
    expect(await batch("resume", ID)).toMatchObject({ status: 0 });
    await expect.poll(() => waitingFor("birth_registry"), { timeout: 60_000 }).toBe(1);
    writeFileSync(throttle, "");
    await client.query("COMMIT");
  });
  await expect
    .poll(workerLog, { timeout: 60_000 })
    .toContain(`${run} before leg_b_record pauses: the file ${throttle} lies there`);
  expect(await phasesOf(run)).toEqual(["cut_leg_a", "structural_verify"]);
  const held = await batch("status", ID);
  expect(held.events.find(({ event }) => event === "batch")).toMatchObject({
    throttle: `pauses: the file ${throttle} lies there`,
  });
  // Its next beat tells it, within two seconds.
  await expect
    .poll(async () => JSON.stringify((await batch("status", ID)).events), { timeout: 20_000 })
    .toContain(`${ID} held back: pauses`);
  rmSync(throttle);
  expect(await batch("follow", ID)).toMatchObject({ status: 3 });
  expect(await units()).toBe(6);
});

test("the scheduler's database is dropped and laid anew: open --again makes the queue from the records and the batch ends", async () => {
  await host.sql("DROP DATABASE cutter_engine WITH (FORCE)");
  expect(await batch("status", ID)).toMatchObject({ status: 0 });
  await layHost(host.sandbox.stack);
  expect(await batch("open", file, "--again")).toMatchObject({ status: 0 });
  expect(await batch("follow", ID)).toMatchObject({ status: 3 });
  expect(await units()).toBe(6);
  expect(await batch("resume", ID, ...(await signAll("SG_2_lifecycle_authz", "hoa")))).toMatchObject({ status: 0 });
  expect(await batch("follow", ID)).toMatchObject({ status: 0 });
  expect(await runs()).toMatchObject([
    { document_id: "LAW-A", close_kind: "closeout" },
    { document_id: "LAW-B", close_kind: "closeout" },
    { document_id: "LAW-BAD", reason: expect.stringContaining("STOP_REFUSED_INPUT") as unknown },
  ]);
  expect(await host.cut("LAW-BAD")).toMatch(/^ictr-/);
  expect(await host.sql("SELECT close_kind FROM cutter_runtime.batch WHERE batch_id = $1", [ID])).toEqual([
    { close_kind: "done" },
  ]);
});

test("a batch that is given up: its runs are voided, nothing is written and its documents are free again", async () => {
  const other = manifest(GIVEN_UP, [{ document_id: "LAW-C" }]);
  const throttle = join(host.sandbox.place.runtimeRoot, "locks", "THROTTLE");
  writeFileSync(throttle, "");
  const opened = await batch("open", other);
  expect(opened.events.find(({ event }) => event === "batch")).toMatchObject({
    throttle: `pauses: the file ${throttle} lies there`,
    per_minute: expect.any(Number) as unknown,
  });
  await expect
    .poll(workerLog, { timeout: 60_000 })
    .toContain(`${GIVEN_UP}/plan/0/0 pauses: the file ${throttle} lies there`);
  expect(await runs(GIVEN_UP)).toMatchObject([{ document_id: "LAW-C", run_id: null }]);
  rmSync(throttle);
  expect(await batch("follow", GIVEN_UP)).toMatchObject({ status: 3 });
  expect(await batch("void", GIVEN_UP, "<reason>")).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  expect(await batch("void", GIVEN_UP, "the wrong version")).toMatchObject({ status: 0 });
  expect(await runs(GIVEN_UP)).toMatchObject([{ document_id: "LAW-C", close_kind: "voided" }]);
  // No worker lives any more: whoever gives a batch up says so to those who are told.
  expect(JSON.parse(readFileSync(join(folderOf(GIVEN_UP), "state.json"), "utf8"))).toMatchObject({
    close_kind: "voided",
  });
  const page = join(host.sandbox.place.runtimeRoot, "reports", GIVEN_UP, "batch-report.html");
  rmSync(page);
  const status = await batch("status", GIVEN_UP);
  expect(status.events.find(({ event }) => event === "batch")).toMatchObject({ state: "batch_failed", next: null });
  expect(readFileSync(page, "utf8")).toContain("the wrong version");
  // The operator's machine is another one than the host's.
  const { place, ssh } = host.sandbox;
  const target = { stack: "sandbox", sandbox: true, address: ssh, launcher: [place.launcher], several: false };
  const brought = await fetchBatchPage(
    { ...target, runtimeRoot: place.runtimeRoot },
    GIVEN_UP,
    join(place.operatorFolder, "bundles", GIVEN_UP),
  );
  expect(readFileSync(brought ?? "", "utf8")).toBe(readFileSync(page, "utf8"));
  expect(await batch("resume", GIVEN_UP)).toMatchObject({ status: 0 });
  expect(await units()).toBe(6);
  expect(await host.cut("LAW-C")).toMatch(/^ictr-/);
});

test("a batch that is given up in the middle of its planning ends, and no run of it stays open", async () => {
  const id = "ictb-20261129T120000Z-0000000d";
  const planned = manifest(id, [{ document_id: "LAW-D" }, { document_id: "LAW-E" }]);
  expect(await batch("open", planned)).toMatchObject({ status: 0 });
  await expect.poll(async () => (await runs(id)).some(({ state }) => state !== null), { timeout: 60_000 }).toBe(true);
  expect(await batch("void", id, "asked for too early")).toMatchObject({ status: 0 });
  expect((await runs(id)).filter(({ state, close_kind }) => state !== null && close_kind !== "voided")).toEqual([]);
});

test("a person leaves one document out, and a batch that wrote is given up by undoing it only when that is asked for", async () => {
  const id = "ictb-20261129T120000Z-0000000e";
  expect(await batch("open", manifest(id, [{ document_id: "LAW-D" }, { document_id: "LAW-E" }]))).toMatchObject({
    status: 0,
  });
  expect(await batch("follow", id)).toMatchObject({ status: 3 });
  expect(await batch("set-aside", id, "LAW-D", "not this week")).toMatchObject({ status: 0 });
  expect(await batch("set-aside", id, "LAW-D", "not this week")).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  const [aside, stays] = await runs(id);
  expect(aside).toMatchObject({
    close_kind: "voided",
    reason: expect.stringMatching(/^left out by .*: not this week$/) as unknown,
  });
  const signed = [
    await host.sign(stays?.run_id ?? "", "SG_1_cut_authz", "linh"),
    await host.sign(stays?.run_id ?? "", "EXECUTION", "minh"),
  ];
  expect(await batch("resume", id, ...signed)).toMatchObject({ status: 0 });
  expect(await batch("follow", id)).toMatchObject({ status: 3 });
  expect(await units()).toBe(9);
  expect(await batch("void", id, "the wrong version")).toMatchObject({ stop: "STOP_RUN_OPEN" });
  expect(await batch("void", id, "the wrong version", "--revert")).toMatchObject({ status: 0 });
  expect(await runs(id)).toMatchObject([{ close_kind: "voided" }, { close_kind: "reverted" }]);
});
