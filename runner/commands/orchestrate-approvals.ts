// `approvals <run-id>`: who approved what, as exact bytes; whoever doubts checks the signatures on a machine of their own.
import { ask } from "../looks/one-statement.ts";
import type { Common } from "./call-options.ts";
import { Stopped } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0; with --json one `admitted` event a statement. STOP_REFUSED_INPUT when nothing was admitted for the run. */
export async function showApprovals(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const world = await makeWorld(common.config);
  const rows = await ask(world.database, "gate", "read/admitted-statements", { run_id: runId });
  if (rows.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `nothing was admitted for ${runId}`,
      wanted: "a run with admitted statements",
      next: `cutter orchestrate status ${runId}`,
    });
  for (const { admitted_at, used_at, ...row } of rows) {
    if (common.json)
      printJson({
        event: "admitted",
        ...row,
        admitted_at: admitted_at.toISOString(),
        used_at: used_at?.toISOString() ?? null,
      });
    else
      process.stdout.write(
        `${printable(`${row.gate.padEnd(22)} ${row.person.padEnd(12)} admitted ${admitted_at.toISOString()}`)}` +
          `${printable(`, used by ${row.used_phase ?? "nothing"}`)}\n`,
      );
  }
  return 0;
}
