// `sandbox down`, systemd or a person with kill ask a runner to end: it does so at the next safe place and says how.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { LAW } from "../support/governed-host.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
beforeAll(async () => { host = await proxiedHost(); });
afterAll(async () => { await host?.remove(); });

test.each([
  { moment: "begin" as Moment, prefix: "END-1", when: "while leg A works undoes it", kept: 0 },
  { moment: "commit" as Moment, prefix: "END-2", when: "when COMMIT is on its way keeps it", kept: 3 },
])("a runner asked to end $when, frees its lease, says its last word, and resume goes on at once", async ({ moment, prefix, kept }) => {
  const run = await host.authorized(prefix, LAW);
  const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
  const runner = await host.runner(prefix);
  runner.signal("SIGTERM");
  held.pass();
  expect(await answer).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK", stderr: expect.stringContaining("asked to end (SIGTERM)") });
  await runner.gone();
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", [`${prefix}/%`])).toHaveLength(kept);
  expect(await host.sql("SELECT expires_at <= clock_timestamp() AS free FROM cutter_runtime.lease WHERE document_id = $1", [prefix])).toEqual([{ free: true }]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});

test("a runner whose terminal closes does not notice", async () => {
  const run = await host.authorized("END-3", LAW);
  const { held, answer } = await host.resumeUntil(run, "cut_leg_a", "begin");
  (await host.runner("END-3")).signal("SIGHUP");
  held.pass();
  expect(await answer).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});
