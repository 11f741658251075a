// `halt`: the file first, then the row, then wait until no writer is in flight.
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import type { HaltFile } from "../model/halt-file.ts";
import { insist } from "../model/stop.ts";
import { haltFileName } from "../rules/halt-file.ts";
import { judgeReason } from "../rules/reason.ts";
import { makeWorld } from "../wire.ts";
import { writeWhole } from "../adapters/run-files.ts";
import { startTelling } from "../adapters/run-process.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 when acknowledged: every writer that was in flight has ended, and none begins. */
export async function halt(common: Common, id: string | undefined, reason: string): Promise<number> {
  const runId = id === undefined ? null : runIdOf(id);
  insist(judgeReason(reason));
  const world = await makeWorld(common.config);
  const file = join(world.config.orchestrator.global_locks_dir, haltFileName(runId));
  const write = (halt_id: string | null): Promise<void> => {
    const content: HaltFile = { halt_id, reason, actor: world.here.actor, at: new Date().toISOString() };
    return writeWhole(file, `${JSON.stringify(content)}\n`);
  };
  await write(null);
  process.stderr.write(`${file} written: no phase of ${runId ?? "any run"} begins on this host\n`);
  const { halt_id } = await world.database.transaction("halt", (tx) =>
    tx.one("write/request-halt", { run_id: runId, reason, actor: world.here.actor }),
  );
  await write(halt_id);
  if (world.config.notifications !== undefined) startTelling(world.config.orchestrator.runtime_root, common.config);
  process.stderr.write(`halt ${halt_id} recorded: no effect of ${runId ?? "any run"} commits\n`);
  await world.database.transaction("halt", (tx) => tx.one("write/acknowledge-halt"));
  if (common.json) printJson({ event: "halted", halt_id, run_id: runId, acknowledged: true });
  process.stderr.write(
    `acknowledged: no writer is in flight\nto lift it: npm run unhalt -- ${halt_id}${runId ? ` --run ${runId}` : ""} ` +
      "--profile <approver profile>\n",
  );
  return 0;
}
