// A batch of three documents on one host: canary first, then the others together; two people sign each wave in a sitting, and a third its enactment.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signWaveAs } from "../../scripts/sandbox/throw-away-sitting.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";

const ID = "ictb-20261129T120000Z-0000000a";
const DOCUMENTS = ["LAW-A", "LAW-B", "LAW-C"];
let host: GovernedHost;
beforeAll(async () => {
  host = await governedHost();
  for (const document of DOCUMENTS) await host.register(document, LAW);
});
afterAll(async () => {
  await host?.remove();
});

const batch = (...words: string[]) => host.cutter("orchestrate", "batch", ...words);
const manifest = (over: Record<string, unknown> = {}): string => {
  const folder = join(host.sandbox.place.runtimeRoot, "batches");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${Math.random().toString(16).slice(2)}.json`);
  const items = DOCUMENTS.map((document_id) => ({ document_id }));
  const created = { created_by: "the test", created_utc: "2026-11-29T12:00:00Z" };
  writeFileSync(file, JSON.stringify({ schema_version: "1", batch_id: ID, ...created, items, ...over }));
  return file;
};
const members = () =>
  host.sql<{ document_id: string; run_id: string; state: string; wave: number }>(
    "SELECT m.document_id, m.run_id, m.wave, r.state FROM cutter_runtime.batch_member m LEFT JOIN cutter_runtime.run r USING (run_id) WHERE m.batch_id = $1 ORDER BY m.ordinal",
    [ID],
  );

const workerLog = (): string => readFileSync(join(host.sandbox.place.runtimeRoot, "batches", "worker.log"), "utf8");

/** kill -9 of the worker process once it has begun this leg; another one must go on. */
async function killWorkerIn(leg: string): Promise<void> {
  await expect.poll(workerLog, { timeout: 60_000 }).toContain(`${ID}/${leg} begins`);
  const pid = Number([...workerLog().matchAll(/worker \S+ (\d+) \d+ begins/g)].at(-1)?.[1]);
  process.kill(pid, "SIGKILL");
}

const requestOf = (runId: string, gate: string) =>
  JSON.parse(readFileSync(join(host.bundle(runId, gate), "payload.json"), "utf8")) as {
    payload: Record<string, unknown>;
  };

/** By run, the other documents that its recorded rehearsal names. */
async function rehearsedTogether(runs: readonly Member[]): Promise<string[][]> {
  const rows = await host.sql<{ run_id: string; documents: string[] }>(
    `SELECT j.run_id, ARRAY(SELECT t ->> 'document_id' FROM jsonb_array_elements(j.entry #> '{rehearsal,together}') t) AS documents
       FROM cutter_runtime.journal j WHERE j.entry ->> 'event' = 'rehearsed' AND j.run_id = ANY ($1)`,
    [runs.map(({ run_id }) => run_id)],
  );
  return runs.map(({ run_id }) => rows.find((row) => row.run_id === run_id)?.documents ?? ["not rehearsed"]);
}

interface Member {
  readonly document_id: string;
  readonly run_id: string;
}
let sittings = 0;
/** A person signs every document of a gate; a wave confirmed at once where there is more than one. */
async function sitting(runs: readonly Member[], gate: string, id: string, ...words: string[]): Promise<string[]> {
  const person = host.sandbox.persons.find((one) => one.id === id);
  if (!person) throw new Error(`no person ${id}`);
  const folder = join(host.sandbox.place.runtimeRoot, "..", `sitting-${(sittings += 1)}`);
  for (const { document_id, run_id } of runs)
    cpSync(host.bundle(run_id, gate), join(folder, document_id), { recursive: true });
  const members = runs.map(({ document_id, run_id }) => ({ document_id, run_id, bundle: document_id }));
  writeFileSync(join(folder, "wave.json"), JSON.stringify({ batch_id: ID, wave: 0, gate, members }));
  const profileFile = join(folder, "profile.json");
  const profile = JSON.parse(readFileSync(person.profileFile, "utf8")) as Record<string, unknown>;
  writeFileSync(profileFile, JSON.stringify({ ...profile, confirm: runs.length > 1 ? "wave" : "document" }));
  return signWaveAs({ ...person, profileFile }, folder, join(host.sandbox.place.runtimeRoot, "approvals"), words);
}

test("a manifest is refused with every reason at once, and nothing is opened", async () => {
  const file = manifest({
    items: [
      { document_id: "NOBODY" },
      { document_id: "ICX-CONST" },
      { document_id: "LAW-A" },
      { document_id: "LAW-A" },
    ],
  });
  const answer = await batch("open", file);
  expect(answer).toMatchObject({ status: 4, stop: "STOP_REFUSED_INPUT" });
  expect(answer.stderr).toMatch(/NOBODY: not in the source registry/);
  expect(answer.stderr).toMatch(/ICX-CONST: protected/);
  expect(answer.stderr).toMatch(/LAW-A: asked for twice/);
  expect(await host.sql("SELECT FROM cutter_runtime.batch")).toEqual([]);
});

test("three documents go through canary and wave to enactment, each with statements of its own, in one backup a wave, though the worker is killed while it writes", async () => {
  expect(await batch("open", manifest())).toMatchObject({ status: 0 });
  for (const wave of [["LAW-A"], ["LAW-B", "LAW-C"]]) {
    expect(await batch("follow", ID)).toMatchObject({ status: 3 });
    const [before] = await host.sql<{ outcome_digest: string }>(
      "SELECT batch_id, wave::text, outcome_digest FROM cutter_runtime.batch_wave WHERE batch_id = $1",
      [ID],
    );
    const after = wave.length > 1 ? before : undefined;
    const runs = (await members()).filter(({ document_id }) => wave.includes(document_id));
    expect(runs.map(({ state }) => state)).toEqual(wave.map(() => "awaiting_cut_authorization"));
    const backups = await host.sql<{ file_sha: string }>(
      "SELECT DISTINCT file_sha FROM cutter_runtime.backup_receipt WHERE run_id = ANY ($1)",
      [runs.map(({ run_id }) => run_id)],
    );
    expect(backups).toHaveLength(1);
    expect(await rehearsedTogether(runs)).toEqual(
      runs.map(({ document_id }) => wave.filter((one) => one !== document_id)),
    );
    const asked = runs.map(({ run_id }) => requestOf(run_id, "EXECUTION").payload["after"]);
    expect(asked).toEqual(runs.map(() => after));
    const signed = [...(await sitting(runs, "SG_1_cut_authz", "linh")), ...(await sitting(runs, "EXECUTION", "minh"))];
    expect(signed).toHaveLength(2 * runs.length);
    expect(await batch("resume", ID, ...signed)).toMatchObject({ status: 0 });
    if (wave.length > 1) await killWorkerIn("cut/LAW-B/0");
    expect(await batch("follow", ID)).toMatchObject({ status: 3 });
    expect(await batch("resume", ID, ...(await sitting(runs, "SG_2_lifecycle_authz", "hoa")))).toMatchObject({
      status: 0,
    });
  }
  const followed = await batch("follow", ID);
  expect(followed).toMatchObject({ status: 0 });
  expect((await members()).map(({ state }) => state)).toEqual(DOCUMENTS.map(() => "closeout_reported"));
  expect(await host.sql("SELECT close_kind FROM cutter_runtime.batch")).toEqual([{ close_kind: "done" }]);
  expect(await host.sql("SELECT FROM cutter_runtime.batch_wave WHERE batch_id = $1", [ID])).toHaveLength(2);
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address ~ '^LAW-[ABC]/'")).toHaveLength(9);
});

test("an enacted law is asked for again, alone and in a batch: refused before anything is opened", async () => {
  const opened = async () => (await host.sql("SELECT FROM cutter_runtime.run")).length;
  const before = await opened();
  const again = await batch("open", manifest({ batch_id: "ictb-20261129T120000Z-0000000b" }));
  expect(again).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  expect(again.stderr).toMatch(/LAW-A: enacted already/);
  expect(await batch("open", manifest({ created_by: "another" }))).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  const alone = await host.cutter("orchestrate", "cut", "LAW-A");
  expect(alone).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  expect(alone.stderr).toMatch(/3 units of LAW-A are enacted/);
  expect(await opened()).toBe(before);
});

test("a sitting signs nothing when one bundle of it is another document's, and leaves out whom it is told to", async () => {
  const runs = (await members()).filter(({ wave }) => wave === 1);
  const swapped = runs.map(({ document_id }, index) => ({ document_id, run_id: runs[1 - index]?.run_id ?? "" }));
  await expect(sitting(swapped, "SG_2_lifecycle_authz", "hoa")).rejects.toThrow(/did not sign/);
  expect(await sitting(runs, "SG_2_lifecycle_authz", "hoa", "--without", "LAW-C")).toHaveLength(1);
});

test("status and verify answer with the scheduler's database gone, and other documents of the batch are own runs", async () => {
  await host.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cutter_engine' AND pid <> pg_backend_pid()",
  );
  await host.sql("ALTER DATABASE cutter_engine RENAME TO cutter_engine_gone");
  const status = await batch("status", ID);
  expect(status).toMatchObject({ status: 0 });
  expect(status.events.find((event) => event["event"] === "batch")).toMatchObject({ state: "batch_done", enacted: 3 });
  const verified = await batch("verify", ID);
  expect(verified).toMatchObject({ status: 0 });
  expect(verified.stderr).toMatch(/LAW-A: 3 units hold\n\s+finding\s+own runs: 2 other documents/);
  await host.sql("ALTER DATABASE cutter_engine_gone RENAME TO cutter_engine");
});
