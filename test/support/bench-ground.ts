// What benches of the database share: plans of any size, databases that nothing was written to yet, and medians.
import { loadavg } from "node:os";
import { takeIn } from "../../runner/commands/intake.ts";
import { credentialOf } from "../../runner/adapters/credentials.ts";
import { postgresDatabase } from "../../runner/adapters/postgres.ts";
import type { Config } from "../../runner/model/config.ts";
import type { PlanRow } from "../../runner/model/plan.ts";
import type { Database } from "../../runner/world.ts";
import { BOOTSTRAP_ROLE, withClient, type ClusterFacts } from "./cluster.ts";
import { runnerConfig } from "./runner-config.ts";

const CLAUSE = "Người giữ sách chịu trách nhiệm trước xã về việc giữ, cho mượn và nhận lại sách theo quy định của pháp luật về thư viện.";

/** The plan of a document with `units` units of about 500 bytes: a section for every fifty articles, as a law is. */
export function plannedRows(prefix: string, units: number): readonly PlanRow[] {
  const parts: string[] = [];
  for (let unit = 0; unit < units; unit += 1) parts.push(unit % 51 === 0 ? `# Phần ${unit}\n\n${CLAUSE}\n` : `## Điều ${unit}\n\n${Array.from({ length: 3 }, (_value, at) => `${at + 1}. ${CLAUSE} (${unit})`).join("\n")}\n`);
  const taken = takeIn(Buffer.from(parts.join("\n"), "utf8"), prefix, { empty_body: "refuse", caps: { units, hard: units } });
  if (taken.refusal) throw new Error(taken.refusal.reason);
  return taken.rows;
}

/** A database of its own from a template, with the runner's port to it; gone after `work`. */
export async function inFreshDatabase<T>(cluster: ClusterFacts, template: string, work: (of: { readonly name: string; readonly database: Database; readonly config: Config }) => Promise<T>): Promise<T> {
  const name = `b_${process.hrtime.bigint().toString(36)}`;
  const administer = (sql: string) => withClient(cluster, BOOTSTRAP_ROLE, "postgres", (client) => client.query(sql));
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER workflow_admin`);
  // Whatever the making of it left to write must not be written while we measure.
  await administer("CHECKPOINT");
  const runner = await runnerConfig(cluster, name);
  try {
    return await work({ name, config: runner.config, database: postgresDatabase(runner.config, (role) => credentialOf(runner.config, role)) });
  } finally {
    runner.remove();
    await administer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** Thrown to undo what was measured. */
export class Undo extends Error {}

/** Seconds of `work`. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** The middle one; of an even number the upper of both. */
export const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What else the machine does: a number above its cores means that the times are those of a queue. */
export const loadLine = (): string => `load average ${loadavg().map((value) => value.toFixed(2)).join(" ")}`;
