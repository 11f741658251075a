import { afterAll, beforeAll, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { endState } from "../support/end-state.ts";
import { LAW } from "../support/governed-host.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let undisturbed: Awaited<ReturnType<typeof endState>>;
beforeAll(async () => {
  host = await proxiedHost();
  const run = await host.authorized("SAME-0", LAW);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0 });
  undisturbed = await endState(host, run);
});
afterAll(async () => { await host?.remove(); });

const recorded = async (run: string, phase: string): Promise<number> => (await host.sql("SELECT FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = $2", [run, phase])).length;
const units = async (prefix: string, status: string): Promise<number> => (await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1 AND lifecycle_status = $2", [`${prefix}/%`, status])).length;

/** Resumes, and kills the runner where it stands; whoever followed it is told what to do. */
async function killedAt(run: string, prefix: string, phase: string, moment: Moment): Promise<void> {
  const { answer } = await host.resumeUntil(run, phase, moment);
  const runner = await host.runner(prefix);
  runner.signal("SIGKILL");
  await runner.gone();
  const { status, stderr } = await answer;
  expect(status).toBe(1);
  expect(stderr).toContain(`cutter orchestrate resume ${run}`);
}

test.each([
  { moment: "commit" as const, prefix: "SAME-1", when: "before COMMIT", kept: 0 },
  { moment: "committed" as const, prefix: "SAME-2", when: "after COMMIT", kept: 1 },
])("a runner killed just $when, at leg A and at the enactment, leaves after resume what an undisturbed run leaves", async ({ moment, prefix, kept }) => {
  const run = await host.authorized(prefix, LAW);
  await killedAt(run, prefix, "cut_leg_a", moment);
  expect(await recorded(run, "cut_leg_a")).toBe(kept);
  expect(await units(prefix, "draft")).toBe(3 * kept);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });

  await host.authorizeEnactment(run);
  await killedAt(run, prefix, "lifecycle_enact", moment);
  expect(await recorded(run, "lifecycle_enact")).toBe(kept);
  expect(await units(prefix, "enacted")).toBe(3 * kept);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });

  expect(await endState(host, run)).toEqual(undisturbed);
  expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
});
