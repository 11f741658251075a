// The database people signed for is replaced by a promoted copy of it, as after a fail-over or a point-in-time restore.
import { appendFileSync, chownSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureSandbox } from "../../scripts/sandbox/sandbox.ts";
import { takeDown } from "../../scripts/sandbox/verbs.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectRefused, rowCounts } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
beforeAll(async () => {
  host = await governedHost();
  run = await host.authorized("SIGNED-1", LAW);
  await host.register("SIGNED-2", LAW.replaceAll("text", "words"));
});
afterAll(async () => {
  await host?.remove();
});

const unitsOf = async (prefix: string): Promise<number> =>
  (await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE $1", [`${prefix}/%`])).length;

test("a promoted copy has another timeline, and the signed run stops there while a run signed for it is possible", async () => {
  const { folder, dataFolder } = host.sandbox.place;
  const before = await rowCounts(host);
  await takeDown(folder);
  // Recovery that finds no archive ends at once on a new timeline: what a promoted standby and a point-in-time restore have in common.
  const signal = join(dataFolder, "recovery.signal");
  writeFileSync(signal, "");
  appendFileSync(join(dataFolder, "postgresql.auto.conf"), "restore_command = 'false'\n");
  const { uid, gid } = statSync(join(dataFolder, "PG_VERSION"));
  chownSync(signal, uid, gid);
  await ensureSandbox({ folder, say: () => undefined });
  expect(readdirSync(dataFolder)).not.toContain("recovery.signal");
  expect(await rowCounts(host)).toEqual(before);
  await expectRefused(host, () => host.cutter("orchestrate", "resume", run), "STOP_DRIFT", /timeline 2/);

  const another = await host.cut("SIGNED-2");
  await host.authorizeCut(another);
  expect(await host.cutter("orchestrate", "resume", another)).toMatchObject({
    status: 3,
    stop: "STOP_APPROVAL_REQUIRED",
  });
  expect([await unitsOf("SIGNED-1"), await unitsOf("SIGNED-2")]).toEqual([0, 3]);
});
