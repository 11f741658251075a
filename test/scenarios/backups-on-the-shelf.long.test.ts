// An operator looks through the backups of a host: which there are, whether they are still what was restored, which may go.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
let run: string;
let hand: string;
beforeAll(async () => {
  host = await governedHost();
  await host.register("SHELF-1", LAW);
  run = await host.cut("SHELF-1");
});
afterAll(async () => {
  await host?.remove();
});

const folder = (): string => join(host.sandbox.place.runtimeRoot, "backups");
const listed = async () =>
  (await host.cutter("backup", "list")).events.map(({ id, kind, run: standing }) => [id, kind, standing]);

test("a backup by hand and the one of a run are listed with what they stand for", async () => {
  expect(await host.cutter("backup", "run")).toMatchObject({ status: 0 });
  hand =
    readdirSync(folder())
      .find((name) => name.startsWith("hand-") && name.endsWith(".sql.gpg"))
      ?.replace(".sql.gpg", "") ?? "none";
  expect(await listed()).toEqual([
    [run, "run", "open: awaiting_cut_authorization"],
    [hand, "hand", ""],
  ]);
  expect(await host.cutter("backup", "verify")).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`${hand}: unchanged`),
  });
});

test("a precheck takes, restores and forgets a backup, and names the way that fails", async () => {
  const before = readdirSync(folder());
  const selftest = async () =>
    (await host.cutter("precheck")).events.find((event) => event["name"] === "backup selftest");
  expect(await selftest()).toMatchObject({
    event: "check",
    outcome: "passed",
    saw: expect.stringMatching(/^PASS: \d+ rows of 17 tables/),
  });
  expect(readdirSync(folder())).toEqual(before);
  await host.sql("REVOKE SELECT ON cutter_governance.verify_result FROM cutter_backup");
  expect(await selftest()).toMatchObject({ outcome: "failed", saw: expect.stringContaining("verify_result") });
  await host.sql("GRANT SELECT ON cutter_governance.verify_result TO cutter_backup");
});

test("one changed byte is found in any backup, and the others are still looked at", async () => {
  const path = join(folder(), `${hand}.sql.gpg`);
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
  const answer = await host.cutter("backup", "verify");
  expect(answer).toMatchObject({ status: 5, stop: "STOP_DRIFT", stderr: expect.stringContaining(`${run}: unchanged`) });
});

test("nothing is deleted when one of the named backups must stay", async () => {
  expect(await host.cutter("backup", "prune", hand, run)).toMatchObject({ status: 4, stop: "STOP_RUN_OPEN" });
  expect(await host.cutter("backup", "prune", hand, "hand-20261120T080000Z-00000000")).toMatchObject({
    status: 4,
    stop: "STOP_REFUSED_INPUT",
  });
  expect(await host.cutter("backup", "prune")).toMatchObject({ status: 64 });
  expect((await listed()).map(([id]) => id).sort()).toEqual([hand, run].sort());
});

test("a named backup goes, and that of a run only once the run is closed", async () => {
  expect(await host.cutter("backup", "prune", hand)).toMatchObject({ status: 0 });
  expect(readdirSync(folder())).toEqual([`${run}.sql.gpg`]);
  expect(await host.cutter("orchestrate", "void", run, "a test")).toMatchObject({ status: 0 });
  expect(await listed()).toEqual([[run, "run", "closed: voided"]]);
  expect(await host.cutter("backup", "prune", run)).toMatchObject({ status: 0 });
  expect(readdirSync(folder())).toEqual([]);
});
