import { afterAll, beforeAll, expect, test } from "vitest";
import pg from "pg";
import { isStopCode, STOPS } from "../../runner/model/stop.ts";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
beforeAll(async () => { host = await governedHost(); });
afterAll(async () => { await host.remove(); });

const RACERS = 8;

const authorized = async (prefix: string): Promise<string> => {
  await host.register(prefix, LAW);
  const run = await host.cut(prefix);
  await host.authorizeCut(run);
  return run;
};
const cutLegA = (answer: CutterAnswer): boolean => answer.events.some((event) => event["event"] === "phase" && event["phase"] === "cut_leg_a" && event["status"] === "passed");
const rows = async (prefix: string): Promise<number[]> => (await host.sql<{ n: string }>(
  `SELECT count(*) AS n FROM public.information_unit WHERE canonical_address LIKE $1
   UNION ALL SELECT count(*) FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE canonical_address LIKE $1
   UNION ALL SELECT count(*) FROM public.birth_registry WHERE canonical_address LIKE $1`, [`${prefix}/%`])).map(({ n }) => Number(n));

test.each([1, 2, 3, 4, 5])("of eight processes that resume one authorized run at once exactly one cuts, round %i", async (round) => {
  const prefix = `RACE-${round}`;
  const run = await authorized(prefix);
  const answers = await Promise.all(Array.from({ length: RACERS }, () => host.cutter("orchestrate", "resume", run)));
  // The role has two places for eight: the lease's holder may find none and stop cleanly. Then nobody cut, and the next resume does.
  expect(answers.filter(cutLegA).length).toBeLessThanOrEqual(1);
  for (const answer of answers) {
    const stop = answer.stop ?? "none";
    // Late, fenced, no place free, leg A recorded meanwhile, the same signature awaited: each loser ends by a stop of the table.
    expect(isStopCode(stop)).toBe(true);
    expect(answer.status).toBe(isStopCode(stop) ? STOPS[stop].exit : -1);
  }
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await host.sql("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'cut_leg_a'", [run])).toHaveLength(1);
  expect(await host.sql("SELECT FROM cutter_runtime.admission_use WHERE run_id = $1", [run])).toHaveLength(2);
  expect(await rows(prefix)).toEqual([3, 3, 3]);
  expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
});

test("a run that finds every connection of its role taken says so, writes nothing, and goes on when one is free", async () => {
  const run = await authorized("FULL-1");
  const { host: socket, port, name } = host.sandbox.database;
  const { user, password } = host.sandbox.credentials.exec;
  const squatters = [1, 2].map(() => new pg.Client({ host: socket, port, database: name, user, password, ssl: false }));
  for (const squatter of squatters) await squatter.connect();
  try {
    const refused = await host.cutter("orchestrate", "resume", run);
    expect(refused).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK" });
    expect(refused.stderr).toContain("too many connections");
  } finally {
    for (const squatter of squatters) await squatter.end();
  }
  expect(await rows("FULL-1")).toEqual([0, 0, 0]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await rows("FULL-1")).toEqual([3, 3, 3]);
});
