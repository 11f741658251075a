// Records that somebody orders a written run to be undone, before anything moves. As cutter_halt: the writer's password orders nothing.
import type { World } from "../world.ts";

/**
 * The order names this process's own user; the revert then carries exactly these words. STOP_INVARIANT_FAILED for a run
 * that is not written or is enacted.
 */
export async function orderRevert(
  { database, here, config }: Pick<World, "database" | "here" | "config">,
  runId: string,
  reason: string,
): Promise<void> {
  await database.transaction("halt", (tx) =>
    tx.one("write/order-revert", { run_id: runId, actor: here.actor, reason, soft_status: config.revert.soft_status }),
  );
}
