// Units changed between end_effect, which compares all of them at once, and COMMIT: by a session of cutter_exec that was granted by
// mistake what it never should have, writing to the tables themselves.
import type pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { admittedRun, openPrincipals, refusal, type Principals } from "../support/principals.ts";
import { beginEffect, createUnits, endEffect, one, transaction, type RunByHand } from "../support/run-by-sql.ts";

let world: Principals;
let exec: pg.Client;
let run: RunByHand;

beforeEach(async () => {
  world = await openPrincipals();
  ({ exec } = world);
  run = await admittedRun(world);
  await world.superuser.query(
    "GRANT SELECT, UPDATE, DELETE ON public.information_unit, public.unit_version TO cutter_exec",
  );
});
afterEach(() => world.db.drop());

const judged = (): Promise<string> =>
  one(exec, "SELECT judged_writes > 0 FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'");
const RETITLED = `UPDATE public.information_unit SET identity_profile = identity_profile || '{"title": "forged"}' WHERE canonical_address LIKE '%/A-1'`;

/** Leg A as planned and ended; then `later`, under the marker that the write guard of the tables asks for. */
const legAThen = (later: readonly string[], wasJudged = "true"): Promise<unknown> =>
  transaction(exec, async () => {
    await beginEffect(exec, run, "cut_leg_a");
    await createUnits(exec, run);
    await endEffect(exec, run, "cut_leg_a");
    expect(await judged()).toBe(wasJudged);
    await exec.query("SELECT set_config('app.canonical_writer', 'fn_iu_create', true)");
    for (const sql of later) await exec.query(sql);
  });

it("what was judged and not touched commits, and a change that a savepoint takes back does too", async () => {
  await expect(legAThen(["SAVEPOINT s", RETITLED, "ROLLBACK TO SAVEPOINT s"])).resolves.toBeUndefined();
});

it.each([
  ["another title", [RETITLED]],
  [
    "another title after the triggers had acted",
    ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED", RETITLED],
  ],
  ["another title inside a savepoint that is kept", ["SAVEPOINT s", RETITLED, "RELEASE SAVEPOINT s"]],
  ["another title behind one that was taken back", ["SAVEPOINT s", RETITLED, "ROLLBACK TO SAVEPOINT s", RETITLED]],
  [
    "another body, with its digest",
    [
      "UPDATE public.unit_version v SET body = 'forged' FROM public.information_unit u WHERE u.id = v.unit_id AND u.canonical_address LIKE '%/A-1'",
    ],
  ],
  [
    "a unit of another document changed",
    ["UPDATE public.information_unit SET section_type = 'forged' WHERE canonical_address = 'PILOT/P-2'"],
  ],
  [
    "a unit deleted",
    [
      "DELETE FROM public.unit_version WHERE unit_id = (SELECT id FROM public.information_unit WHERE canonical_address LIKE '%/A-1')",
      "DELETE FROM public.information_unit WHERE canonical_address LIKE '%/A-1'",
    ],
  ],
])("%s is refused", async (_what, later) => {
  expect(await refusal(legAThen(later))).toMatch(/^STOP_(INVARIANT_FAILED|EXECUTION_NOT_AUTHORIZED)/);
  expect(await one(world.superuser, "SELECT count(*) FROM cutter_runtime.phase_done WHERE phase = 'cut_leg_a'")).toBe(
    "0",
  );
});

it("who may switch the counters off is judged row by row", async () => {
  await world.superuser.query("GRANT SET ON PARAMETER track_counts TO cutter_exec");
  try {
    const work = legAThen(["SET LOCAL track_counts = off", RETITLED], "null");
    expect(await refusal(work)).toMatch(/^STOP_INVARIANT_FAILED .*differs from its planned row: title/);
  } finally {
    await world.superuser.query("REVOKE SET ON PARAMETER track_counts FROM cutter_exec");
  }
});
