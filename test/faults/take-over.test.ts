import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { everyRow } from "../support/every-row.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("STALL-1", LAW);
  authorized = await momentOf(host);
});
afterAll(async () => { await host?.remove(); });

const everything = () => everyRow(host, ["public", "cutter_governance", "cutter_runtime"]);
const state = (): string => readFileSync(join(host.sandbox.place.runtimeRoot, "runs", run, "state.json"), "utf8");

// Its transaction is idle and would be ended by the server's own timeout after a minute.
const endItsTransaction = () => host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cutter_exec' AND state = 'idle in transaction'");
const letTheLeasePass = () => host.sql("UPDATE cutter_runtime.lease SET expires_at = clock_timestamp() - interval '1 second' WHERE document_id = 'STALL-1'");

test.each([
  { moment: "begin" as Moment, when: "before leg A begins" },
  { moment: "commit" as Moment, when: "with its COMMIT on the way" },
])("a runner that stood still $when and was taken over writes nothing when it wakes", async ({ moment }) => {
  await authorized.back();
  const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
  const first = await host.runner("STALL-1");
  first.signal("SIGSTOP");
  try {
    if (moment === "begin") expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_LEASE_HELD" });
    if (moment === "commit") await endItsTransaction();
    await letTheLeasePass();
    expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
    expect((await host.runner("STALL-1")).holder).not.toBe(first.holder);
    expect(await host.sql("SELECT FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'cut_leg_a'", [run])).toHaveLength(1);

    const [rows, told] = [await everything(), state()];
    held.pass();
    first.signal("SIGCONT");
    expect(await answer).toMatchObject({ status: 4, stop: "STOP_FENCED" });
    await first.gone();
    expect(await everything()).toEqual(rows);
    expect(state()).toBe(told);
  } finally {
    // A stopped process would outlive this file.
    first.endForSure();
  }
});
