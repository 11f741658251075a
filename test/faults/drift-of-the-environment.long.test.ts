// Two people have signed; then one right, setting or definition changes. Each alone must stop the run without a row, by a name people
// understand, and the run goes on once it is taken back: what stopped it was that change and nothing else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { changesOfTheEnvironment } from "../support/changes-while-waiting.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectRefused } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
beforeAll(async () => {
  host = await governedHost();
  run = await host.authorized("DRIFT-1", LAW);
});
afterAll(async () => {
  await host?.remove();
});

const resume = () => host.cutter("orchestrate", "resume", run);

test.each(changesOfTheEnvironment(() => host))("the run stops when $what", async ({ make, words }) => {
  const undo = await make();
  try {
    await expectRefused(host, resume, "STOP_GRANT_DELTA", words);
  } finally {
    await undo();
  }
});

test("with every change taken back the run writes its drafts", async () => {
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});
