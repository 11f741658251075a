// `sandbox down`, systemd or a person with kill ask a runner to end: it does so at the next safe place and says how.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Moment } from "../support/commit-proxy.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("END-1", LAW);
  authorized = await momentOf(host);
});
beforeEach(() => authorized.back());
afterAll(async () => {
  await host?.remove();
});

test.each([
  { moment: "begin" as Moment, when: "while leg A works undoes it", kept: 0 },
  { moment: "commit" as Moment, when: "when COMMIT is on its way keeps it", kept: 3 },
])(
  "a runner asked to end $when, frees its lease, says its last word, and resume goes on at once",
  async ({ moment, kept }) => {
    const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
    const runner = await host.runner("END-1");
    runner.signal("SIGTERM");
    held.pass();
    expect(await answer).toMatchObject({
      status: 1,
      stop: "STOP_COULD_NOT_LOOK",
      stderr: expect.stringContaining("asked to end (SIGTERM)"),
    });
    await runner.gone();
    expect(
      await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", ["END-1/%"]),
    ).toHaveLength(kept);
    expect(
      await host.sql(
        "SELECT expires_at <= clock_timestamp() AS free FROM cutter_runtime.lease WHERE document_id = 'END-1'",
      ),
    ).toEqual([{ free: true }]);
    expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
      status: 3,
      stop: "STOP_APPROVAL_REQUIRED",
    });
  },
);

test("a runner whose terminal closes does not notice", async () => {
  const { held, answer } = await host.resumeUntil(run, "cut_leg_a", "begin");
  (await host.runner("END-1")).signal("SIGHUP");
  held.pass();
  expect(await answer).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});
