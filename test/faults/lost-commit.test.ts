import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("LOST-1", LAW);
  authorized = await momentOf(host);
});
afterAll(async () => { await host?.remove(); });

const PHASES = "SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase IN ('cut_leg_a', 'leg_b_record', 'write_verify', 'lifecycle_enact') ORDER BY at";
const phases = async (): Promise<string[]> => (await host.sql<{ phase: string }>(PHASES, [run])).map(({ phase }) => phase);
const versions = async (): Promise<number> => (await host.sql("SELECT FROM public.information_unit u JOIN public.unit_version v ON v.unit_id = u.id WHERE u.canonical_address LIKE $1", ["LOST-1/%"])).length;
const used = async (): Promise<number> => (await host.sql("SELECT FROM cutter_runtime.admission_use WHERE run_id = $1", [run])).length;

test("a COMMIT that was done but whose answer was lost is settled by the run itself, and nothing is done twice", async () => {
  await authorized.back();
  const legA = await host.resumeUntil(run, "cut_leg_a", "committed");
  legA.held.cut();
  const paused = await legA.answer;
  expect(paused).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(paused.events.filter((event) => event["event"] === "state").map((event) => event["state"]).slice(0, 2)).toEqual(["ambiguous", "cut_leg_a_committed"]);
  expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify"]);
  expect(await versions()).toBe(3);

  await host.authorizeEnactment(run);
  const enact = await host.resumeUntil(run, "lifecycle_enact", "committed");
  enact.held.cut();
  expect(await enact.answer).toMatchObject({ status: 0, stop: undefined });
  expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"]);
  expect(await versions()).toBe(3);
  expect(await used()).toBe(3);
  expect(await host.cutter("orchestrate", "verify", run)).toMatchObject({ status: 0 });
});

test("a line that broke before COMMIT arrived leaves nothing, and resume does the work; one that cannot be asked about stays open until resume", async () => {
  await authorized.back();
  const unheard = await host.resumeUntil(run, "cut_leg_a", "commit");
  unheard.held.cut();
  const told = await unheard.answer;
  expect(told).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK" });
  expect(told.stderr).toContain("nothing was committed");
  expect(await versions()).toBe(0);
  expect(await used()).toBe(0);

  const unanswered = await host.resumeUntil(run, "cut_leg_a", "committed");
  const open = host.proxy.refuseNewcomers();
  unanswered.held.cut();
  expect(await unanswered.answer).toMatchObject({ status: 10, stop: "STOP_AMBIGUOUS" });
  // Nobody can ask the database now: the files must not say that nothing is committed.
  const sheet = await execa(host.sandbox.launchers.cutter, ["orchestrate", "status", run], { stdin: "ignore" });
  expect(sheet.stdout).toMatch(/state +ambiguous, last stop STOP_AMBIGUOUS/);
  expect(sheet.stdout).toMatch(/COMMITTED SO FAR +not known: the answer to a COMMIT was lost/);
  expect(sheet.stdout).toMatch(/SAFE TO LEAVE +no: resume reads what is true/);
  expect(sheet.stdout).toMatch(new RegExp(`NEXT +cutter orchestrate resume ${run}`));
  open();
  expect(await phases()).toEqual(["cut_leg_a"]);

  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify"]);
  expect(await versions()).toBe(3);
  expect(await used()).toBe(2);
  const settled = await execa(host.sandbox.launchers.cutter, ["orchestrate", "status", run], { stdin: "ignore" });
  expect(settled.stdout).toMatch(/COMMITTED SO FAR +units as drafts, ledger rows, the second principal's verdict; nothing enacted/);
});
