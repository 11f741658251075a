// A batch over three machines that are one host: each has a worker, one of them dies in the middle of a wave, another stands still.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sitting, writeManifest, type Member } from "../support/batch-ground.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { fetchedBundle, machinesOf, type Machine, type Machines } from "../support/machines.ts";

const ID = "ictb-20261129T120000Z-0000000a";
const DOCUMENTS = ["LAW-A", "LAW-B", "LAW-C", "LAW-D", "LAW-E", "LAW-F"];
let host: GovernedHost;
let machines: Machines;
beforeAll(async () => {
  host = await governedHost();
  for (const document of DOCUMENTS) await host.register(document, LAW);
  machines = await machinesOf(host, ["cutter-a", "cutter-b", "cutter-c"]);
  for (const machine of machines.all) machine.work();
});
afterAll(async () => {
  machines?.remove();
  await host?.remove();
});

const batch = (machine: Machine, ...words: string[]) => machine.cutter("orchestrate", "batch", ...words);
const living = (): Machine => {
  const found = machines.all.find((machine) => machine.lives());
  if (!found) throw new Error("every machine is gone");
  return found;
};
const members = () =>
  host.sql<Member & { state: string; wave: number; [column: string]: unknown }>(
    "SELECT m.document_id, m.run_id, m.wave, r.state FROM cutter_runtime.batch_member m LEFT JOIN cutter_runtime.run r USING (run_id) WHERE m.batch_id = $1 ORDER BY m.ordinal",
    [ID],
  );
const signed = async (gate: string, person: string): Promise<string[]> =>
  sitting(host, { batch_id: ID, gate, person, bundle: (run, of) => fetchedBundle(living(), run, of) }, await members());

/** Returns once a machine's process is at work on a document of the batch; answers the machine. */
async function writing(): Promise<Machine> {
  let name = "";
  await expect
    .poll(
      async () => {
        const [lease] = await host.sql<{ machine: string }>(
          "SELECT split_part(l.holder, ' ', 1) AS machine FROM cutter_runtime.lease l WHERE l.expires_at > clock_timestamp() LIMIT 1",
        );
        name = lease?.machine ?? "";
        return name;
      },
      { timeout: 120_000, interval: 20 },
    )
    .not.toBe("");
  return machines.named(name);
}

test("a wave that one machine was writing when it died is written by the others: no row twice, no document lost, no new signature", async () => {
  expect(
    await batch(
      living(),
      "open",
      writeManifest(host, ID, { items: DOCUMENTS.map((id) => ({ document_id: id })), canary: [] }),
    ),
  ).toMatchObject({ status: 0 });
  expect(await batch(living(), "follow", ID)).toMatchObject({ status: 3 });
  const admitted = [...(await signed("SG_1_cut_authz", "linh")), ...(await signed("EXECUTION", "minh"))];
  expect(await host.cutter("gate", "admit", ...admitted)).toMatchObject({ status: 0 });
  expect(await batch(living(), "resume", ID)).toMatchObject({ status: 0 });
  const lost = await writing();
  lost.kill();
  const since = Date.now();
  // A killed process table takes a moment to be gone.
  await expect.poll(() => lost.lives(), { timeout: 10_000, interval: 20 }).toBe(false);
  const other = living();
  expect(await batch(other, "follow", ID)).toMatchObject({ status: 3 });
  const [first] = await host.sql<{ at: Date }>(
    "SELECT min(at) AS at FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a' AND at > $1",
    [new Date(since)],
  );
  expect((first?.at.getTime() ?? Infinity) - since).toBeLessThan(20_000);
  expect((await members()).map(({ state }) => state)).toEqual(DOCUMENTS.map(() => "awaiting_lifecycle_authorization"));
});

test("a machine that stands still while it enacts is overtaken, and what it does when it wakes changes nothing", async () => {
  expect(await host.cutter("gate", "admit", ...(await signed("SG_2_lifecycle_authz", "hoa")))).toMatchObject({
    status: 0,
  });
  expect(await batch(living(), "resume", ID)).toMatchObject({ status: 0 });
  const slow = await writing();
  slow.freeze();
  const other = machines.all.find((machine) => machine.lives() && machine !== slow);
  if (!other) throw new Error("no other machine");
  expect(await batch(other, "follow", ID)).toMatchObject({ status: 0 });
  slow.thaw();
  expect(
    await host.sql(
      "SELECT split_part(canonical_address, '/', 1) AS document, count(*)::int AS units, count(DISTINCT canonical_address)::int AS addresses FROM public.information_unit WHERE canonical_address LIKE 'LAW-%' GROUP BY 1 ORDER BY 1",
    ),
  ).toEqual(DOCUMENTS.map((document) => ({ document, units: 3, addresses: 3 })));
  expect((await members()).map(({ state }) => state)).toEqual(DOCUMENTS.map(() => "closeout_reported"));
  expect(await batch(slow, "verify", ID)).toMatchObject({ status: 0 });
  const told = await batch(slow, "status", ID);
  expect(told.events.filter(({ event }) => event === "machine").map(({ machine }) => machine)).toEqual(
    expect.arrayContaining(machines.all.map(({ name }) => name)),
  );
  expect(readFileSync(join(other.root, "batches", "worker.log"), "utf8")).toContain("legs handed back");
});
