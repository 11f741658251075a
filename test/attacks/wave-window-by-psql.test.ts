// What cutter_exec's stolen password writes while a wave of a batch is written: inside the window of one admitted member nothing but the
// planned rows of that member, whatever the batch's other members are admitted for.
import type pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { everyRow, openPrincipals, type Principals } from "../support/principals.ts";
import {
  admitCut,
  answerOf,
  beginEffect,
  createUnit,
  createUnits,
  cutLegA,
  endEffect,
  newRunId,
  openRun,
  reachGate,
  sha,
  type RunByHand,
} from "../support/run-by-sql.ts";

const BATCH = "ictb-20261129T120000Z-0000000a";
const DOCUMENTS = ["LAW-A", "LAW-B", "LAW-C"];
let world: Principals;
let thief: pg.Client;
/** Members of one wave: the first two admitted to be cut, the third only planned. */
let [here, neighbour, unsigned]: RunByHand[] = [];

beforeEach(async () => {
  world = await openPrincipals();
  await world.exec.query("SELECT cutter_runtime.open_batch($1, '{}', repeat('a', 64), 'test-host', 'lan', 'r1', $2)", [
    BATCH,
    JSON.stringify(DOCUMENTS.map((document_id, index) => ({ document_id, ordinal: index + 1, wave: 0 }))),
  ]);
  [here, neighbour, unsigned] = [await member("LAW-A"), await member("LAW-B"), await member("LAW-C")];
  for (const run of [here, neighbour]) await admitCut(world.gate, run);
  thief = await world.db.connect("cutter_exec");
});
afterEach(() => world.db.drop());

async function member(document: string): Promise<RunByHand> {
  const runId = newRunId();
  await world.exec.query("SELECT cutter_runtime.assign_member($1, $2, $3)", [BATCH, document, runId]);
  const run = await openRun(world.exec, document, 3, runId);
  await reachGate(world.exec, run);
  return run;
}
function present(run: RunByHand | undefined): RunByHand {
  if (!run) throw new Error("no member");
  return run;
}
const unitOf = (run: RunByHand | undefined, index = 0) => {
  const unit = present(run).units[index];
  if (!unit) throw new Error("no unit");
  return unit;
};
const addresses = async (): Promise<string[]> =>
  (
    await world.db.rows<{ address: string }>(
      "SELECT canonical_address AS address FROM public.information_unit ORDER BY 1",
    )
  ).map(({ address }) => address);

/** Leg A of the first member as the thief does it, with something beside; undefined beside nothing. */
async function windowWith(beside: () => Promise<unknown>): Promise<string> {
  const run = present(here);
  const answer = await answerOf(
    (async () => {
      await thief.query("BEGIN");
      await beginEffect(thief, run, "cut_leg_a");
      await createUnits(thief, run);
      await beside();
      await endEffect(thief, run, "cut_leg_a");
      await thief.query("COMMIT");
    })(),
  );
  await thief.query("ROLLBACK");
  return answer;
}

it.each<[string, () => Promise<unknown>]>([
  ["a unit that nobody planned", () => createUnit(thief, { ...unitOf(here, 1), canonical_address: "LAW-A/S-9" })],
  ["a planned unit of a member that is admitted too", () => createUnit(thief, unitOf(neighbour))],
  ["a planned unit of a member that nobody signed", () => createUnit(thief, unitOf(unsigned))],
  [
    "a unit of a document outside the batch",
    () => createUnit(thief, { ...unitOf(here), canonical_address: "DIEU-28" }),
  ],
  [
    "another text under a written unit",
    () =>
      thief.query(
        "UPDATE public.unit_version SET body = 'another' WHERE unit_id IN (SELECT id FROM public.information_unit WHERE canonical_address = $1)",
        [unitOf(here).canonical_address],
      ),
  ],
  ["the effect of the next member as well", () => beginEffect(thief, present(neighbour), "cut_leg_a")],
  [
    "a row of the ledger",
    () =>
      thief.query(
        "INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind) SELECT gen_random_uuid(), 'cut'",
      ),
  ],
  [
    "a member moved to the window's run",
    () =>
      thief.query("UPDATE cutter_runtime.batch_member SET run_id = $1 WHERE document_id = 'LAW-C'", [
        present(here).runId,
      ]),
  ],
])("inside the window of an admitted member %s is refused, and nothing is written", async (_what, beside) => {
  const before = await everyRow(world.db);
  expect(await windowWith(beside)).toMatch(/^(?:STOP_|42501$)/);
  expect(await everyRow(world.db)).toBe(before);
});

it("with altered words in the place of a planned unit the window ends in a refusal, and nothing is written", async () => {
  const before = await everyRow(world.db);
  const run = present(here);
  const altered = {
    ...run,
    units: run.units.map((unit) => ({
      ...unit,
      body: `${unit.body} and more`,
      content_hash: sha(`${unit.body} and more`),
    })),
  };
  here = altered;
  expect(await windowWith(() => Promise.resolve())).toMatch(/^STOP_/);
  expect(await everyRow(world.db)).toBe(before);
});

it("a member that nobody signed has no window", async () => {
  await thief.query("BEGIN");
  expect(await answerOf(beginEffect(thief, present(unsigned), "cut_leg_a"))).toMatch(
    /^STOP_(?:APPROVAL_REQUIRED|EXECUTION_NOT_AUTHORIZED)$/,
  );
  await thief.query("ROLLBACK");
});

it("a whole window writes the planned rows of its member and no others, and the next member is cut as it was signed", async () => {
  const before = await addresses();
  expect(await windowWith(() => Promise.resolve())).toBe("accepted");
  const planned = present(here).units.map((unit) => unit.canonical_address);
  expect(await addresses()).toEqual([...before, ...planned].sort());
  await expect(cutLegA(world.exec, present(neighbour))).resolves.toBeUndefined();
});
