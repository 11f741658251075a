// A revert right behind leg A, and what a revert refuses; the one after leg B stands in faults/around-commit.test.ts.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { everyRow, GOVERNED, ROWS_OF_LEG_A } from "../support/every-row.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";
import { enacted, leftBehind, revertedAndCutAgain, standing, type RevertibleRun } from "../support/reverted-run.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("BACK-1", LAW);
  authorized = await momentOf(host);
});
beforeEach(() => authorized.back());
afterAll(async () => {
  await host?.remove();
});

const at = (): RevertibleRun => ({ host, run, prefix: "BACK-1" });

test("a run reverted after leg A leaves every other row as it was, frees its addresses, and the document is cut again to the end", () =>
  revertedAndCutAgain(at(), "cut_leg_a", ROWS_OF_LEG_A));

test("an enacted run is not reverted, neither before it is closed nor after", async () => {
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  await leftBehind(at(), "lifecycle_enact");
  const rows = await everyRow(host, GOVERNED);
  const open = await host.cutter("orchestrate", "revert", run, "too late");
  expect(open).toMatchObject({ status: 4, stop: "STOP_REPLAY_CONFLICT" });
  expect(open.stderr).toContain("this run is enacted");
  expect(await everyRow(host, GOVERNED)).toEqual(rows);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });
  expect(await host.cutter("orchestrate", "revert", run, "much too late")).toMatchObject({
    status: 4,
    stop: "STOP_REPLAY_CONFLICT",
    stderr: expect.stringContaining("a new version is a document of its own"),
  });
  expect(await standing(at())).toEqual(enacted(at()));
});

test("a revert that the write guard refuses says so in the guard's own words, changes no row, and works once its policy is back", async () => {
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  const policy = (change: string) =>
    host.sql(`UPDATE public.dot_config SET value = ${change} WHERE key = 'iu_create.gateway.allowed_marker_values'`);
  await policy("replace(value, ',fn_iu_revert_run', '')");
  const rows = await everyRow(host, GOVERNED);
  const refused = await host.cutter("orchestrate", "revert", run, "the wrong edition");
  expect(refused).toMatchObject({ status: 5, stop: "STOP_GRANT_DELTA" });
  expect(refused.stderr).toMatch(/a guard of the database refused .*write guard: direct UPDATE on public\.\w+ refused/);
  expect(refused.stderr).toContain("nothing of this step was written");
  expect(await everyRow(host, GOVERNED)).toEqual(rows);
  await policy("value || ',fn_iu_revert_run'");
  expect(await host.cutter("orchestrate", "revert", run, "the wrong edition")).toMatchObject({
    status: 0,
    stop: undefined,
  });
  expect(await standing(at())).toEqual([]);
});
