import { afterAll, beforeAll, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { endState } from "../support/end-state.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
let undisturbed: Awaited<ReturnType<typeof endState>>;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("SAME-1", LAW);
  authorized = await momentOf(host);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0 });
  undisturbed = await endState(host, run);
});
afterAll(async () => { await host?.remove(); });

const recorded = async (phase: string): Promise<number> => (await host.sql("SELECT FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = $2", [run, phase])).length;
const units = async (status: string): Promise<number> => (await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'SAME-1/%' AND lifecycle_status = $1", [status])).length;

/** Resumes, and kills the runner where it stands; whoever followed it is told what to do. */
async function killedAt(phase: string, moment: Moment): Promise<void> {
  const { answer } = await host.resumeUntil(run, phase, moment);
  const runner = await host.runner("SAME-1");
  runner.signal("SIGKILL");
  await runner.gone();
  const { status, stderr } = await answer;
  expect(status).toBe(1);
  expect(stderr).toContain(`cutter orchestrate resume ${run}`);
}

test.each([
  { moment: "commit" as const, when: "before COMMIT", kept: 0 },
  { moment: "committed" as const, when: "after COMMIT", kept: 1 },
])("a runner killed just $when, at leg A and at the enactment, leaves after resume what an undisturbed run leaves", async ({ moment, kept }) => {
  await authorized.back();
  await killedAt("cut_leg_a", moment);
  expect(await recorded("cut_leg_a")).toBe(kept);
  expect(await units("draft")).toBe(3 * kept);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });

  await host.authorizeEnactment(run);
  await killedAt("lifecycle_enact", moment);
  expect(await recorded("lifecycle_enact")).toBe(kept);
  expect(await units("enacted")).toBe(3 * kept);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });

  expect(await endState(host, run)).toEqual(undisturbed);
  expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
});
