// The test support itself: databases of their own, and no server left behind by a test run that was killed.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findRunning } from "../../runner/adapters/postgres-cluster.ts";
import { processStart } from "../../runner/adapters/process-identity.ts";
import { endOrphans, startTestCluster } from "../support/cluster.ts";
import { clusterOfThisWorker, freshDatabase } from "../support/database.ts";

test("two databases of one test do not see each other's rows and leave nothing when dropped", async () => {
  const [one, two] = [await freshDatabase({ packages: [] }), await freshDatabase({ packages: [] })];
  await one.rows("DELETE FROM dot_config");
  expect(await two.rows("SELECT 1 AS found FROM dot_config LIMIT 1")).toEqual([{ found: 1 }]);
  await one.connect(); // left open on purpose
  await one.drop();
  expect(await two.rows("SELECT datname FROM pg_database WHERE datname = $1", [one.name])).toEqual([]);
  await two.drop();
});

test("every package applies to the substrate and holds by its own check", () => {
  expect(clusterOfThisWorker().packagesError).toBeNull();
});

test("a cluster whose test run was killed is ended and removed by the next run", async () => {
  const left = await startTestCluster();
  const home = dirname(left.facts.dataDir);
  const running = await findRunning(left.facts.dataDir);
  await endOrphans();
  expect(processStart(running?.pid ?? 0)).toBe(running?.startTicks);
  await writeFile(join(home, "owner.json"), JSON.stringify({ pid: process.pid, startTicks: "1" }));
  await endOrphans();
  expect(processStart(running?.pid ?? 0)).toBeUndefined();
  expect(existsSync(home)).toBe(false);
});
