// Two processes and one lease: what a process may still write when another came in between. The worker is the product's own.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { backupVault } from "../../runner/adapters/backup-vault.ts";
import { credentialOf } from "../../runner/adapters/credentials.ts";
import { postgresDatabase } from "../../runner/adapters/postgres.ts";
import { relevantObjects } from "../../runner/adapters/rights.ts";
import { runFiles } from "../../runner/adapters/run-files.ts";
import type { RunId } from "../../runner/model/ids.ts";
import { signedCounts } from "../../runner/looks/row-counts.ts";
import { environmentLooks } from "../../runner/looks/facts.ts";
import { environmentScope } from "../../runner/rules/environment-hash.ts";
import { workResume, type Work } from "../../runner/worker.ts";
import type { RunEvent } from "../../runner/model/events.ts";
import type { World } from "../../runner/world.ts";
import type { Database } from "../../runner/world/database.ts";
import { memoryReporter } from "../support/memory-reporter.ts";
import { openPrincipals, type Principals } from "../support/principals.ts";
import { openRun } from "../support/run-by-sql.ts";
import { runnerConfig, type RunnerConfig } from "../support/runner-config.ts";

let people: Principals;
let runner: RunnerConfig;
beforeAll(async () => {
  people = await openPrincipals();
  runner = await runnerConfig(people.db.cluster, people.db.name);
});
afterAll(async () => {
  runner.remove();
  await people.db.drop();
});

const nobody = () => Promise.reject(new Error("nothing is rehearsed here"));
const silent = () => Promise.resolve();

function world(database: Database, events: RunEvent[]): World {
  const { config } = runner;
  const credential = () => credentialOf(config, "backup");
  return {
    config,
    database,
    here: {
      host: "test-host",
      actor: "operator",
      release_digest: "r1",
      config_sha: "0".repeat(64),
      approvers_sha: "0".repeat(64),
    },
    environment: environmentLooks(environmentScope(relevantObjects())),
    files: runFiles(config.orchestrator.runtime_root, config.orchestrator.global_locks_dir),
    counts: signedCounts,
    vault: backupVault(config, credential, () => undefined),
    events: {
      emit: (event) => {
        events.push(event);
      },
    },
    reporter: memoryReporter(),
    approvals: { insistSigned: silent, insistOrders: silent },
  };
}

/** The port, and a colleague who takes the run over as soon as this process has the lease. */
function takenOverAtOnce(real: Database, runId: string): Database {
  let taken = false;
  return {
    ...real,
    transaction: async (role, work) => {
      const answer = await real.transaction(role, work);
      if (!taken) await people.exec.query("SELECT cutter_runtime.take_lease($1, 'colleague', 'ours')", [runId]);
      taken = true;
      return answer;
    },
  };
}

const work = (database: Database, events: RunEvent[], project: () => Promise<void> = silent): Work => ({
  world: world(database, events),
  holder: { name: "ours", isGone: (holder) => holder === "holder-1" },
  ground: { content: () => undefined, stage: nobody },
  projection: { step: silent, requested: silent, project, again: silent, unknown: silent, deliverAll: silent },
});
const ownDatabase = (): Database => postgresDatabase(runner.config, (role) => credentialOf(runner.config, role));

const lease = async (runId: string) =>
  (
    await people.superuser.query(
      "SELECT l.epoch::int, l.holder, l.expires_at > clock_timestamp() AS live, r.last_stop FROM cutter_runtime.lease l JOIN cutter_runtime.run r USING (run_id) WHERE run_id = $1",
      [runId],
    )
  ).rows;

test("a process that is taken over before its first look writes nothing, leaves the other's lease alone and says that it lost the run", async () => {
  const run = await openRun(people.exec, "SAMPLE");
  const events: RunEvent[] = [];
  const status = await workResume(work(takenOverAtOnce(ownDatabase(), run.runId), events), run.runId as RunId);
  expect(status).toBe(4);
  expect(events.at(-1)).toMatchObject({ event: "ended", stop: { code: "STOP_FENCED" } });
  expect(await lease(run.runId)).toEqual([{ epoch: 3, holder: "colleague", live: true, last_stop: null }]);
});

test("a state.json that cannot be written keeps nobody from the run: the lease is released, and runner.log says which of the two failed", async () => {
  const run = await openRun(people.exec, "OTHER");
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const full = (): Promise<void> => Promise.reject(new Error("ENOSPC"));
    expect(await workResume(work(ownDatabase(), [], full), run.runId as RunId)).toBe(4);
    expect(said.mock.calls.map(([line]) => line)).toEqual([
      "the lease is released and state.json is as it was before: ENOSPC\n",
    ]);
  } finally {
    said.mockRestore();
  }
  expect(await lease(run.runId)).toMatchObject([{ holder: "ours", live: false, last_stop: "STOP_REFUSED_INPUT" }]);
});
