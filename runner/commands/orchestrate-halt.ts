// `halt`: the file first, then the row, then wait until no writer is in flight.
import { join } from "node:path";
import type { Common } from "../cli.ts";
import { makeWorld } from "../wire.ts";
import { host } from "../wire-host.ts";
import { runIdOf } from "./orchestrate-run.ts";

/** Exit 0 when acknowledged: every writer that was in flight has ended, and none begins. */
export async function halt(common: Common, id: string | undefined, reason: string): Promise<number> {
  const runId = id === undefined ? null : runIdOf(id);
  const world = await makeWorld(common.config);
  const file = join(world.config.orchestrator.global_locks_dir, runId ? `HALT.${runId}` : "HALT");
  await host.writeWhole(file, `${JSON.stringify({ reason, actor: world.here.actor, at: new Date().toISOString() })}\n`);
  process.stderr.write(`${file} written: no phase of ${runId ?? "any run"} begins on this host\n`);
  const { halt_id } = await world.database.transaction("halt", (tx) => tx.one("write/request-halt", [runId, reason, world.here.actor]));
  process.stderr.write(`halt ${halt_id} recorded: no effect of ${runId ?? "any run"} commits\n`);
  await world.database.transaction("halt", (tx) => tx.one("write/acknowledge-halt"));
  if (common.json) process.stdout.write(`${JSON.stringify({ event: "halted", halt_id, run_id: runId, acknowledged: true })}\n`);
  process.stderr.write("acknowledged: no writer is in flight\n");
  return 0;
}
