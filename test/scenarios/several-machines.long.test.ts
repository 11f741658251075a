// Three machines that are one host: what one began the other carries on when it is lost, and never while it lives.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";
import { fetchedBundle, machinesOf, type Machine, type Machines } from "../support/machines.ts";
import { signAs } from "../../scripts/sandbox/throw-away-approver.ts";
import { join } from "node:path";

let host: GovernedHost;
let machines: Machines;
let a: Machine;
let b: Machine;
let c: Machine;
beforeAll(async () => {
  host = await governedHost();
  for (const document of ["LAW-A", "LAW-B"]) await host.register(document, LAW);
  machines = await machinesOf(host, ["cutter-a", "cutter-b", "cutter-c"]);
  [a, b, c] = ["cutter-a", "cutter-b", "cutter-c"].map(machines.named) as [Machine, Machine, Machine];
});
afterAll(async () => {
  machines?.remove();
  await host?.remove();
});

const payloadIn = (folder: string): unknown => {
  const { payload, payload_sha } = JSON.parse(readFileSync(join(folder, "payload.json"), "utf8")) as Record<
    string,
    unknown
  >;
  return { payload, payload_sha };
};

/** Cut on this machine and signed by people who fetch from another one. */
async function authorized(machine: Machine, document: string): Promise<string> {
  const answer = await machine.cutter("orchestrate", "cut", document);
  expect(answer).toMatchObject({ status: 3 });
  const runId = String(answer.events.find((event) => event["event"] === "opened")?.["run_id"]);
  const other = machines.all.find((one) => one !== machine && one.lives());
  if (!other) throw new Error("no other machine");
  for (const gate of ["SG_1_cut_authz", "EXECUTION"]) {
    const [theirs, here] = [await fetchedBundle(other, runId, gate), await fetchedBundle(machine, runId, gate)];
    expect(readdirSync(theirs).sort()).toEqual(readdirSync(here).sort());
    for (const file of readdirSync(here).filter((name) => name !== "payload.json"))
      expect([file, readFileSync(join(theirs, file)).equals(readFileSync(join(here, file)))]).toEqual([file, true]);
    expect(payloadIn(theirs)).toEqual(payloadIn(here));
  }
  await sign(other, runId, "SG_1_cut_authz", "linh");
  await sign(other, runId, "EXECUTION", "minh");
  return runId;
}

/** The person fetches from this machine. */
async function sign(machine: Machine, runId: string, gate: string, id: string): Promise<void> {
  const person = host.sandbox.persons.find((one) => one.id === id);
  if (!person) throw new Error(`no person ${id}`);
  const bundle = await fetchedBundle(machine, runId, gate);
  const signed = await signAs(person, bundle, join(host.sandbox.place.runtimeRoot, "approvals"), []);
  // Statements lie outside the machines, as on an operator's disk: the database is what carries them.
  expect(await host.cutter("gate", "admit", signed)).toMatchObject({ status: 0 });
}

/** Returns once this machine's process holds the lease of the document. */
const working = (machine: Machine, document: string): Promise<void> =>
  expect
    .poll(
      () =>
        host.sql(
          "SELECT FROM cutter_runtime.lease WHERE document_id = $1 AND split_part(holder, ' ', 1) = $2 AND expires_at > clock_timestamp()",
          [document, machine.name],
        ),
      { timeout: 60_000, interval: 20 },
    )
    .toHaveLength(1);

/** Asks until the lease is to be had. */
async function carriedOn(machine: Machine, runId: string): Promise<CutterAnswer> {
  for (;;) {
    const answer = await machine.cutter("orchestrate", "resume", runId);
    if (answer.stop !== "STOP_LEASE_HELD") return answer;
    await sleep(500);
  }
}

const takenAfter = async (document: string, since: Date): Promise<number> => {
  const [row] = await host.sql<{ at: Date }>(
    "SELECT d.at FROM cutter_runtime.phase_done d JOIN cutter_runtime.run r USING (run_id) WHERE r.document_id = $1 AND d.phase = 'cut_leg_a'",
    [document],
  );
  return ((row?.at.getTime() ?? Infinity) - since.getTime()) / 1_000;
};
/** The state of the run, or of the only one, as this machine's `status` tells it. */
const toldBy = async (machine: Machine, ...run: string[]): Promise<unknown> => {
  const { events } = await machine.cutter("orchestrate", "status", ...run);
  return events.find((event) => typeof event["committed_text"] === "string")?.["state"];
};
const units = (document: string) =>
  host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", [`${document}/%`]);

test("a run whose machine died in the middle goes on from another within 20 seconds, under the signatures it had, and is enacted there", async () => {
  const runId = await authorized(a, "LAW-A");
  void a.cutter("orchestrate", "resume", runId);
  await working(a, "LAW-A");
  expect(await b.cutter("orchestrate", "resume", runId)).toMatchObject({ stop: "STOP_LEASE_HELD" });
  const lost = new Date();
  a.kill();
  expect(await carriedOn(b, runId)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await takenAfter("LAW-A", lost)).toBeLessThan(20);
  // The other machine's file of it is written from the records, and again once they have gone on.
  expect(await toldBy(c, runId)).toBe("awaiting_lifecycle_authorization");
  await sign(c, runId, "SG_2_lifecycle_authz", "hoa");
  expect(await b.cutter("orchestrate", "resume", runId)).toMatchObject({ status: 0 });
  expect(await units("LAW-A")).toHaveLength(3);
  expect([await toldBy(c), await toldBy(c, runId)]).toEqual(["closeout_reported", "closeout_reported"]);
});

test("a machine that stood still and wakes up is fenced; what the other wrote stands once", async () => {
  const runId = await authorized(b, "LAW-B");
  const late = b.cutter("orchestrate", "resume", runId);
  await working(b, "LAW-B");
  b.freeze();
  expect(await carriedOn(c, runId)).toMatchObject({ status: 3 });
  b.thaw();
  // Where it stood in a COMMIT, it cannot know what became of it; everywhere else it is told that the run is another's.
  expect(["STOP_FENCED", "STOP_AMBIGUOUS"]).toContain((await late).stop);
  expect(
    await host.sql(
      "SELECT split_part(holder, ' ', 1) AS machine FROM cutter_runtime.lease WHERE document_id = 'LAW-B'",
    ),
  ).toEqual([{ machine: c.name }]);
  expect(await units("LAW-B")).toHaveLength(3);
});

test("the copies on another machine go with the backup of a closed run, and that of an open one stays", async () => {
  const runs = await host.sql<{ document_id: string; run_id: string; closed: boolean; file_sha: string }>(
    "SELECT r.document_id, r.run_id, r.closed IS NOT NULL AS closed, b.file_sha FROM cutter_runtime.run r JOIN cutter_runtime.backup_receipt b USING (run_id) ORDER BY 1",
  );
  const [closed, open, ...more] = runs;
  expect([closed?.closed, open?.closed, more.length]).toEqual([true, false, 0]);
  const copies = (): string[] => readdirSync(join(host.sandbox.place.runtimeRoot, "..", "backup-copies")).sort();
  expect(copies()).toEqual(runs.map(({ file_sha }) => `${file_sha}.sql.gpg`).sort());
  expect((await b.cutter("backup", "list")).events.map(({ id, kind }) => [id, kind])).toContainEqual([
    closed?.run_id,
    "copy",
  ]);
  expect(await b.cutter("backup", "verify", closed?.run_id ?? "")).toMatchObject({ status: 0 });
  expect(await b.cutter("backup", "prune", closed?.run_id ?? "")).toMatchObject({ status: 0 });
  expect(copies()).toEqual([`${open?.file_sha ?? ""}.sql.gpg`]);
});
