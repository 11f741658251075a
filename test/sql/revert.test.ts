// The way back of a written run: units leave their addresses, nothing else changes, and the document can be cut again.
import { afterEach, beforeEach, expect, it } from "vitest";
import type pg from "pg";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import {
  admit,
  admitCut,
  answerOf,
  anyReviewDecision,
  cutLegA,
  effect,
  enact,
  openRun,
  orderRevert,
  reachGate,
  reachVerified,
  revert as orderAndRevert,
  SG_2_SHA,
} from "../support/run-by-sql.ts";
import type { RunByHand } from "../support/run-by-sql.ts";

let db: FreshDatabase;
let exec: pg.Client;
let verify: pg.Client;
let gate: pg.Client;
let halt: pg.Client;

beforeEach(async () => {
  db = await freshDatabase();
  [exec, verify, gate, halt] = await Promise.all([
    db.connect("cutter_exec"),
    db.connect("cutter_verify"),
    db.connect("cutter_gate"),
    db.connect("cutter_halt"),
  ]);
});
afterEach(() => db.drop());

const admitted = async (count = 3): Promise<RunByHand> => {
  const run = await openRun(exec, "SAMPLE", count);
  await reachGate(exec, run);
  await admitCut(gate, run);
  return run;
};
const revert = (run: RunByHand, status = "superseded"): Promise<void> => orderAndRevert(exec, halt, run, status);
const close = (run: RunByHand): Promise<unknown> =>
  exec.query("SELECT cutter_runtime.close_run($1, $2, 'reverted', 'wrong text')", [run.runId, run.epoch]);
const units = (): Promise<{ address: string; status: string }[]> =>
  db.rows(
    "SELECT canonical_address AS address, lifecycle_status AS status FROM public.information_unit WHERE canonical_address LIKE 'SAMPLE/%' ORDER BY canonical_address COLLATE \"C\"",
  );
/** Everything but the units of SAMPLE, row by row. */
const theRest = (): Promise<{ line: string }[]> =>
  db.rows(`
  SELECT u::text AS line FROM public.information_unit u WHERE u.canonical_address NOT LIKE 'SAMPLE/%'
  UNION ALL SELECT v::text FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE u.canonical_address NOT LIKE 'SAMPLE/%'
  UNION ALL SELECT l::text FROM public.iu_lifecycle_log l WHERE l.canonical_address NOT LIKE 'SAMPLE/%'
  UNION ALL SELECT c::text FROM public.dot_config c ORDER BY line`);

it("after leg A the units go aside with a soft status and a log row each, and every other row is equal", async () => {
  const before = await theRest();
  const run = await admitted();
  await cutLegA(exec, run);
  const made = await db.rows<{ id: string; address: string }>(
    "SELECT id, canonical_address AS address FROM public.information_unit WHERE canonical_address LIKE 'SAMPLE/%'",
  );
  await revert(run);
  expect((await units()).sort((a, b) => a.address.localeCompare(b.address))).toEqual(
    made
      .map(({ id, address }) => ({ address: `${address}~reverted~${id}`, status: "superseded" }))
      .sort((a, b) => a.address.localeCompare(b.address)),
  );
  expect(
    await db.rows(
      "SELECT canonical_address AS a, from_status AS f, to_status AS t, actor, reason LIKE '%' || $1 || '%' AS named FROM public.iu_lifecycle_log WHERE canonical_address LIKE 'SAMPLE/%' ORDER BY 1",
      [run.runId],
    ),
  ).toEqual(
    ["SAMPLE/S-1", "SAMPLE/S-1/A-1", "SAMPLE/S-1/A-2"].map((a) => ({
      a,
      f: "draft",
      t: "superseded",
      actor: "operator",
      named: true,
    })),
  );
  expect(
    await db.rows(
      "SELECT DISTINCT v.lifecycle_status AS s FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE u.canonical_address LIKE 'SAMPLE/%'",
    ),
  ).toEqual([{ s: "superseded" }]);
  expect(await theRest()).toEqual(before);
});

it("the document is cut again under the same addresses, reverted again and cut a third time", async () => {
  for (const round of [1, 2, 3]) {
    const run = await admitted();
    await cutLegA(exec, run);
    const standing = (await units()).filter(({ address }) => !address.includes("~reverted~"));
    expect(standing.map(({ address, status }) => `${address} ${status}`)).toEqual([
      "SAMPLE/S-1 draft",
      "SAMPLE/S-1/A-1 draft",
      "SAMPLE/S-1/A-2 draft",
    ]);
    expect(await units()).toHaveLength(3 * round);
    if (round === 3) return;
    await revert(run);
    await close(run);
  }
});

it("after the second principal has verified, revert still works", async () => {
  const run = await admitted();
  await reachVerified(exec, verify, run);
  await revert(run);
  await close(run);
  expect((await units()).every(({ address }) => address.includes("~reverted~"))).toBe(true);
});

it("an enacted run is not reverted", async () => {
  const run = await admitted(1);
  await reachVerified(exec, verify, run);
  await admit(gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
  await enact(exec, run);
  expect(await answerOf(revert(run))).toBe("STOP_INVARIANT_FAILED");
  expect(await units()).toEqual([{ address: "SAMPLE/S-1", status: "enacted" }]);
});

it("a unit that somebody else enacted meanwhile stops the whole revert", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  const directus = await db.connect("directus");
  await directus.query("SELECT public.fn_iu_enact('SAMPLE/S-1', 'x', $1)", [await anyReviewDecision(db)]);
  expect(await answerOf(revert(run))).toBe("STOP_INVARIANT_FAILED");
  expect((await units()).map(({ status }) => status)).toEqual(["enacted", "draft", "draft"]);
});

it("a unit that is not where leg A put it means a torn run", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  const directus = await db.connect("directus");
  await directus.query(
    "BEGIN; SET LOCAL app.canonical_writer = 'fn_iu_create'; UPDATE public.information_unit SET canonical_address = 'MOVED/S-1' WHERE canonical_address = 'SAMPLE/S-1'; COMMIT",
  );
  expect(await answerOf(revert(run))).toBe("STOP_TORN");
});

it("a draft that a colleague edited is reverted too and counted", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  const directus = await db.connect("directus");
  await directus.query(
    "BEGIN; SET LOCAL app.canonical_writer = 'fn_iu_create'; UPDATE public.information_unit SET identity_profile = jsonb_set(identity_profile, '{title}', '\"Sửa\"') WHERE canonical_address = 'SAMPLE/S-1'; COMMIT",
  );
  let answer: unknown;
  await orderRevert(halt, run);
  await effect(exec, run, "revert", async () => {
    const { rows } = await exec.query<{ a: unknown }>(
      "SELECT public.fn_iu_revert_run($1, 'operator', 'wrong text') AS a",
      [run.runId],
    );
    answer = rows[0]?.a;
  });
  expect(answer).toEqual({ status: "reverted", soft_status: "superseded", units: 3, versions: 3, edited: 1 });
});

it("the soft status must be a word of the lifecycle vocabulary that is neither draft nor enacted", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  for (const status of ["draft", "enacted", "gone"])
    expect(await answerOf(revert(run, status)), status).toBe("STOP_REFUSED_INPUT");
  await expect(revert(run, "retired")).resolves.toBeUndefined();
});

it("the marker that opens the write guard is closed again when the function ends", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  await orderRevert(halt, run);
  await effect(exec, run, "revert", async () => {
    await exec.query("SELECT public.fn_iu_revert_run($1, 'operator', 'wrong text')", [run.runId]);
    const { rows } = await exec.query<{ marker: string }>(
      "SELECT current_setting('app.canonical_writer', true) AS marker",
    );
    expect(rows[0]?.marker).toBe("");
  });
});

it("the guarded function runs once a run: a second call in the same effect finds nothing of its own", async () => {
  const run = await admitted();
  await cutLegA(exec, run);
  await orderRevert(halt, run);
  const twice = effect(exec, run, "revert", async () => {
    for (let call = 1; call <= 2; call += 1)
      await exec.query("SELECT public.fn_iu_revert_run($1, 'operator', 'wrong text')", [run.runId]);
  });
  expect(await answerOf(twice)).toBe("STOP_TORN");
});
