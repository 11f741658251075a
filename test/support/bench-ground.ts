// What benches of the database share: plans of any size, databases that nothing was written to yet, and medians.
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { takeIn } from "../../runner/commands/intake.ts";
import { credentialOf } from "../../runner/adapters/credentials.ts";
import { postgresDatabase } from "../../runner/adapters/postgres.ts";
import type { Config } from "../../runner/model/config.ts";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import type { Database } from "../../runner/world/database.ts";
import { BOOTSTRAP_ROLE, withClient, type ClusterFacts } from "./cluster.ts";
import { runnerConfig } from "./runner-config.ts";

const { values: asked, positionals } = parseArgs({
  options: { rounds: { type: "string" }, sizes: { type: "string" } },
  allowPositionals: true,
});

/** Folders that were named: a bench that reads texts of its own reads these instead. */
export const folders: readonly string[] = positionals;

/** How often each side is measured: `--rounds <n>`, else the bench's own number. */
export const rounds = (usual: number): number => Number(asked.rounds ?? usual);

/** The sizes to measure: `--sizes <n,n>`, else the bench's own. A short run shows that a bench still runs, not what it measures. */
export const sizes = (usual: readonly number[]): readonly number[] => asked.sizes?.split(",").map(Number) ?? usual;

const CLAUSE =
  "Người giữ sách chịu trách nhiệm trước xã về việc giữ, cho mượn và nhận lại sách theo quy định của pháp luật về thư viện.";

/** The plan of a document with `units` units of about 500 bytes: a section for every fifty articles, as a law is. */
export function plannedRows(prefix: string, units: number): readonly PlanRow[] {
  const parts: string[] = [];
  for (let unit = 0; unit < units; unit += 1)
    parts.push(
      unit % 51 === 0
        ? `# Phần ${unit}\n\n${CLAUSE}\n`
        : `## Điều ${unit}\n\n${Array.from({ length: 3 }, (_value, at) => `${at + 1}. ${CLAUSE} (${unit})`).join("\n")}\n`,
    );
  const taken = takeIn(Buffer.from(parts.join("\n"), "utf8"), prefix, {
    empty_body: "refuse",
    caps: { units, hard: units },
  });
  if (taken.refusal) throw new Error(taken.refusal.reason);
  return taken.rows;
}

/** A database of its own from a template, with the runner's port to it; gone after `work`. */
export async function inFreshDatabase<T>(
  cluster: ClusterFacts,
  template: string,
  work: (of: { readonly name: string; readonly database: Database; readonly config: Config }) => Promise<T>,
): Promise<T> {
  const name = `b_${process.hrtime.bigint().toString(36)}`;
  const administer = (sql: string) => withClient(cluster, BOOTSTRAP_ROLE, "postgres", (client) => client.query(sql));
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER workflow_admin`);
  // Whatever the making of it left to write must not be written while we measure.
  await administer("CHECKPOINT");
  const runner = await runnerConfig(cluster, name);
  try {
    return await work({
      name,
      config: runner.config,
      database: postgresDatabase(runner.config, (role) => credentialOf(runner.config, role)),
    });
  } finally {
    runner.remove();
    await administer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** Thrown to undo what was measured. */
export class Undo extends Error {}

/** Wall and processor seconds. The second ones are what a busy machine does not change much: ours, our children's, and the server's backends'. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Cost of `work`, whose connections must have ended when it does; with `dataDir` the backends of that server count too. */
export async function costOf(work: () => Promise<unknown>, dataDir?: string): Promise<Cost> {
  const postmaster =
    dataDir === undefined ? undefined : Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0]);
  const cpu = (): number => ticks("self", 13, 17) + (postmaster === undefined ? 0 : ticks(postmaster, 15, 17));
  const before = cpu();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1_000;
  // A backend is counted when its postmaster has seen it end.
  await sleep(300);
  return { wall, cpu: cpu() - before };
}

// utime, stime, cutime and cstime are fields 14 to 17 of /proc/<pid>/stat, in hundredths of a second.
function ticks(pid: number | "self", from: number, to: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "_ _ ")
    .split(" ");
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0) / 100;
}

/** The middle one; of an even number the upper of both. */
export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Medians of both kinds, for people. */
export const shown = (costs: readonly Cost[]): string =>
  `${median(costs.map(({ wall }) => wall)).toFixed(2)} s, ${median(costs.map(({ cpu }) => cpu)).toFixed(2)} s of processor`;

/** `a / b` of the medians: of the clock, and of the processor. */
export const ratio = (a: readonly Cost[], b: readonly Cost[]): string => {
  const of = (kind: keyof Cost): string =>
    (median(a.map((cost) => cost[kind])) / median(b.map((cost) => cost[kind]))).toFixed(2);
  return `${of("wall")} by the clock, ${of("cpu")} by the processor`;
};

/** What else the machine does: a number above its cores means that the times are those of a queue. */
export const loadLine = (): string =>
  `load average ${loadavg()
    .map((value) => value.toFixed(2))
    .join(" ")}`;
