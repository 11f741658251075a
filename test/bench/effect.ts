// A whole effect of leg A, from BEGIN to COMMIT with every claim, check and trigger, against the same units in a plain transaction of
// a database that has none of the cutter's packages. Durable cluster, a database of its own for each measurement. Prints ratios, never judges.
// Every process of a run looks at the environment before its first effect (phase 5, or its recheck), so that an effect finds the
// catalogs known; what it costs a process that never looked is told beside it.
import { setTimeout as sleep } from "node:timers/promises";
import { effect } from "../../runner/effect.ts";
import { relevantObjects } from "../../runner/adapters/rights.ts";
import { canonicalText, digestOf, sha256 } from "../../runner/model/canonical.ts";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { createUnits } from "../../runner/phases/06-cut-leg-a.ts";
import { environmentLooks } from "../../runner/looks/facts.ts";
import { environmentScope } from "../../runner/rules/environment-hash.ts";
import { entrySha, JOURNAL_START } from "../../runner/rules/journal.ts";
import type { Writer } from "../../runner/world/database.ts";
import {
  costOf,
  inFreshDatabase,
  loadLine,
  plannedRows,
  ratio,
  rounds,
  shown,
  sizes,
  type Cost,
} from "../support/bench-ground.ts";
import { connectAs, PACKAGES_TEMPLATE, startTestCluster, SUBSTRATE_TEMPLATE } from "../support/cluster.ts";
import { admitCut, openRun, PAYLOAD_SHAS, reachGate, runOver, type RunByHand } from "../support/run-by-sql.ts";

const cluster = await startTestCluster("durable");
try {
  if (cluster.facts.packagesError !== null) throw new Error(cluster.facts.packagesError);
  console.log(loadLine());
  for (const units of sizes([60, 1_000, 5_000])) console.log(await compare(units, rounds(units < 5_000 ? 5 : 3)));
  console.log(loadLine());
} finally {
  await cluster.stop();
}

async function compare(units: number, times: number): Promise<string> {
  const rows = plannedRows("BENCH", units);
  const costs = { whole: [] as Cost[], unlooked: [] as Cost[], alone: [] as Cost[] };
  for (let round = 0; round < times; round += 1) {
    costs.whole.push(await whole(rows, true));
    costs.unlooked.push(await whole(rows, false));
    costs.alone.push(await alone(rows));
  }
  return `${units} units: whole effect ${shown(costs.whole)}; the units alone ${shown(costs.alone)}; whole / alone = ${ratio(costs.whole, costs.alone)}; reach 1.25; in a process that never looked ${ratio(costs.unlooked, costs.alone)}`;
}

async function work(tx: Writer, rows: readonly PlanRow[]): Promise<number> {
  await tx.query("write/plan-for-bulk");
  return createUnits(rows, { tx, actor: "operator", say: () => undefined });
}

async function alone(rows: readonly PlanRow[]): Promise<Cost> {
  return inFreshDatabase(cluster.facts, SUBSTRATE_TEMPLATE, ({ database }) =>
    costOf(() => database.transaction("exec", (tx) => work(tx, rows)), cluster.facts.dataDir),
  );
}

async function whole(rows: readonly PlanRow[], looked: boolean): Promise<Cost> {
  return inFreshDatabase(cluster.facts, PACKAGES_TEMPLATE, async ({ name, database, config }) => {
    const run = await admitted(name, rows);
    const environment = environmentLooks(environmentScope(relevantObjects()));
    if (looked) {
      await database.read("exec", environment);
      // Its backend must not be counted as the effect's.
      await sleep(500);
    }
    return costOf(
      () =>
        effect(database, {
          run_id: run.runId,
          phase: "cut_leg_a",
          role: "exec",
          epoch: run.epoch,
          input_sha: sha256("in cut_leg_a"),
          authorization: { payload_shas: PAYLOAD_SHAS, environment_hash: undefined },
          cap_seconds: 600,
          protected_prefixes: config.protected_prefixes,
          environment,
          // What the judge of a real run reads; there is no rehearsal here to hold the counts to.
          counts: async (tx) => {
            for (const reading of ["read/admissions", "read/journal"] as const)
              await tx.query(reading, { run_id: run.runId });
            return undefined;
          },
          work: (tx) => work(tx, rows).then((created) => ({ created })),
          record: async (tx, output) => {
            const output_sha = digestOf(output);
            const { now } = await tx.one("read/database-now");
            const entry = {
              event: "phase",
              phase: "cut_leg_a",
              input_sha: sha256("in cut_leg_a"),
              output_sha,
              utc: now.toISOString(),
            };
            await tx.one("write/append-journal", {
              run_id: run.runId,
              epoch: run.epoch,
              seq: "1",
              prev_sha: JOURNAL_START,
              entry_sha: entrySha(run.runId, "1", JOURNAL_START, entry),
              entry: canonicalText(entry),
            });
            await tx.one("write/end-effect", {
              run_id: run.runId,
              phase: "cut_leg_a",
              epoch: run.epoch,
              output_sha,
              output: canonicalText(output),
            });
            return output_sha;
          },
        }),
      cluster.facts.dataDir,
    );
  });
}

/** A run whose SG_1 and EXECUTION are admitted over exactly these rows. */
async function admitted(name: string, rows: readonly PlanRow[]): Promise<RunByHand> {
  const [exec, gate] = await Promise.all([
    connectAs(cluster.facts, "cutter_exec", name),
    connectAs(cluster.facts, "cutter_gate", name),
  ]);
  try {
    const opened = await openRun(exec, "BENCH");
    const run = runOver(opened, rows);
    await reachGate(exec, run);
    await admitCut(gate, run);
    return run;
  } finally {
    await exec.end();
    await gate.end();
    // Their backends must not be counted as the effect's.
    await sleep(300);
  }
}
