// Starts the PostgreSQL clusters before the first test of a project and ends them after the last.
import type { TestProject } from "vitest/node";
import { endOrphans, startTestCluster } from "./cluster.ts";
import type { ClusterFacts, TestCluster } from "./cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    clusters: readonly ClusterFacts[];
  }
}

/** vitest's global setup: provides `clusters`, returns their end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await endOrphans();
  const wanted = Math.min(4, Math.max(1, project.vitest.config.maxWorkers ?? 1));
  const started = await Promise.allSettled(Array.from({ length: wanted }, () => startTestCluster()));
  const clusters = started.flatMap((one): TestCluster[] => (one.status === "fulfilled" ? [one.value] : []));
  const end = async (): Promise<void> => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await end();
    throw failed.reason;
  }
  project.provide(
    "clusters",
    clusters.map((cluster) => cluster.facts),
  );
  return end;
}
