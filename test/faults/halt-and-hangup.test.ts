import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { everyRow, GOVERNED } from "../support/every-row.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("STOP-1", LAW);
  authorized = await momentOf(host);
});
afterAll(async () => { await host?.remove(); });

const units = async (prefix: string): Promise<number> => (await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", [`${prefix}/%`])).length;

/** Resolves when the query gives a row; the test's own timeout ends a wait for nothing. */
async function until(text: string, values: unknown[] = []): Promise<void> {
  while ((await host.sql(text, values)).length === 0) await sleep(50);
}
const HALTER_WAITS = "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND NOT l.granted AND a.usename = 'cutter_halt'";

test.each([
  { moment: "end" as Moment, when: "while leg A works undoes it", kept: 0 },
  { moment: "commit" as Moment, when: "when COMMIT is already on its way lets it end", kept: 3 },
])("a halt $when, is acknowledged only then, and nothing is written afterwards", async ({ moment, kept }) => {
  await authorized.back();
  const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
  let acknowledged = false;
  const halt = host.cutter("orchestrate", "halt", run, "--reason", "a second look").finally(() => { acknowledged = true; });
  await until(HALTER_WAITS);
  expect(acknowledged).toBe(false);
  expect(await host.sql("SELECT FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'cut_leg_a'", [run])).toHaveLength(0);
  held.pass();
  expect(await halt).toMatchObject({ status: 0 });
  expect(await answer).toMatchObject({ status: 4, stop: "STOP_HALTED" });
  expect(await units("STOP-1")).toBe(kept);

  const rows = await everyRow(host, GOVERNED);
  const phases = await host.sql("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 ORDER BY phase", [run]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_HALTED" });
  expect(await everyRow(host, GOVERNED)).toEqual(rows);
  expect(await host.sql("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 ORDER BY phase", [run])).toEqual(phases);
});

test("a run goes on when whoever follows it is killed or hung up on", async () => {
  await host.register("LINE-1", LAW);
  const cutting = follower("orchestrate", "cut", "LINE-1");
  await until("SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1'");
  cutting.kill("SIGKILL");
  expect((await cutting).signal).toBe("SIGKILL");
  await until("SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1' AND state = 'awaiting_cut_authorization'");
  const [row] = await host.sql<{ run_id: string }>("SELECT run_id FROM cutter_runtime.run WHERE document_id = 'LINE-1'");
  const run = row?.run_id ?? "";
  await host.authorizeCut(run);

  const trap = host.proxy.hold("cut_leg_a", "begin");
  const resuming = follower("orchestrate", "resume", run);
  const held = await trap;
  // What a terminal that goes away sends: to the whole group of the command it ran.
  process.kill(-(resuming.pid ?? 0), "SIGHUP");
  expect((await resuming).signal).toBe("SIGHUP");
  held.pass();
  await until("SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1' AND state = 'awaiting_lifecycle_authorization'");
  expect(await units("LINE-1")).toBe(3);
});

/** The runner's command in a process group of its own, as a shell starts it. */
function follower(...words: string[]) {
  return execa(host.sandbox.launchers.cutter, words, { reject: false, stdin: "ignore", detached: true });
}
