// Whoever follows a run is killed, or the line goes away: the run does not notice.
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LAW } from "../support/governed-host.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
beforeAll(async () => {
  host = await proxiedHost();
});
afterAll(async () => {
  await host?.remove();
});

/** Resolves when the query gives a row; the test's own timeout ends a wait for nothing. */
async function until(text: string, values: unknown[] = []): Promise<void> {
  while ((await host.sql(text, values)).length === 0) await sleep(50);
}

test("a run goes on when whoever follows it is killed or hung up on", async () => {
  await host.register("LINE-1", LAW);
  const cutting = follower("orchestrate", "cut", "LINE-1");
  await until("SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1'");
  cutting.kill("SIGKILL");
  expect((await cutting).signal).toBe("SIGKILL");
  await until("SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1' AND state = 'awaiting_cut_authorization'");
  const [row] = await host.sql<{ run_id: string }>(
    "SELECT run_id FROM cutter_runtime.run WHERE document_id = 'LINE-1'",
  );
  const run = row?.run_id ?? "";
  await host.authorizeCut(run);

  const trap = host.proxy.hold("cut_leg_a", "begin");
  const resuming = follower("orchestrate", "resume", run);
  const held = await trap;
  // What a terminal that goes away sends: to the whole group of the command it ran.
  process.kill(-(resuming.pid ?? 0), "SIGHUP");
  expect((await resuming).signal).toBe("SIGHUP");
  held.pass();
  await until(
    "SELECT FROM cutter_runtime.run WHERE document_id = 'LINE-1' AND state = 'awaiting_lifecycle_authorization'",
  );
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'LINE-1/%'")).toHaveLength(3);
});

/** The runner's command in a process group of its own, as a shell starts it. */
function follower(...words: string[]) {
  return execa(host.sandbox.launchers.cutter, words, { reject: false, stdin: "ignore", detached: true });
}
