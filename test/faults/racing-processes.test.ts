// Eight processes resume one authorized run at once, five times.
import { afterAll, beforeAll, expect, test } from "vitest";
import { isStopCode, STOPS } from "../../runner/model/stop.ts";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";

let host: GovernedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await governedHost();
  await host.register("RACE-1", LAW);
  run = await host.cut("RACE-1");
  await host.authorizeCut(run);
  authorized = await momentOf(host);
});
afterAll(async () => { await host?.remove(); });

const RACERS = 8;
// Late while another works; late when the winner had paused already, so that only the next signature is missing; no place of the role free.
const LOST_THE_RACE = ["STOP_LEASE_HELD", "STOP_APPROVAL_REQUIRED", "STOP_COULD_NOT_LOOK"];

const cutLegA = (answer: CutterAnswer): boolean => answer.events.some((event) => event["event"] === "phase" && event["phase"] === "cut_leg_a" && event["status"] === "passed");
const rows = async (): Promise<number[]> => (await host.sql<{ n: string }>(
  `SELECT count(*) AS n FROM public.information_unit WHERE canonical_address LIKE $1
   UNION ALL SELECT count(*) FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE canonical_address LIKE $1
   UNION ALL SELECT count(*) FROM public.birth_registry WHERE canonical_address LIKE $1`, ["RACE-1/%"])).map(({ n }) => Number(n));

test.each([1, 2, 3, 4, 5])("of eight processes that resume one authorized run at once exactly one cuts, round %i", async () => {
  await authorized.back();
  const answers = await Promise.all(Array.from({ length: RACERS }, () => host.cutter("orchestrate", "resume", run)));
  expect(answers.filter(cutLegA)).toHaveLength(1);
  for (const answer of answers) {
    const stop = answer.stop ?? "none";
    expect(LOST_THE_RACE).toContain(stop);
    expect(answer.status).toBe(isStopCode(stop) ? STOPS[stop].exit : -1);
  }
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await host.sql("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'cut_leg_a'", [run])).toHaveLength(1);
  expect(await host.sql("SELECT FROM cutter_runtime.admission_use WHERE run_id = $1", [run])).toHaveLength(2);
  expect(await rows()).toEqual([3, 3, 3]);
  expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
});
