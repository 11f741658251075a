// Is this run halted? Asked before a phase begins and before people are asked to sign.
import { Stopped } from "../model/stop.ts";
import type { World } from "../world.ts";

/** STOP_HALTED by the file of this host, which needs no database, by a row in force, or by a lift that nobody signed. */
export async function insistNotHalted(
  { files, database, approvals }: Pick<World, "files" | "database" | "approvals">,
  runId: string,
  undoing = false,
): Promise<void> {
  const file = await files.haltFile(runId);
  if (file) throw new Stopped("STOP_HALTED", { saw: `${file} exists`, wanted: "no halt" });
  const { halts, orders, sets } = await database.read("exec", async (reader) => {
    const known = await reader.query("read/orders", { run_id: runId });
    return {
      halts: await reader.query("read/halts", { run_id: runId }),
      orders: known,
      sets: known.length === 0 ? [] : await reader.query("read/approver-sets"),
    };
  });
  if (halts.length > 0)
    throw new Stopped("STOP_HALTED", {
      saw: `halt ${halts.map((halt) => halt.halt_id).join(", ")} in force`,
      wanted: "no halt",
    });
  // The database takes a lift and a revocation from cutter_gate unseen; only a person's signature makes them one.
  // Nothing that a revocation could stop is undone later, so the way back does not ask who signed it.
  await approvals.insistOrders(undoing ? orders.filter((order) => order.kind === "lift") : orders, sets);
}

/** A halt ends the session of a writer, which then sees only a broken line: the halt is what a person must hear. Throws, always. */
export async function haltedMeanwhile(
  world: Pick<World, "files" | "database" | "approvals">,
  runId: string,
  error: unknown,
): Promise<never> {
  if (error instanceof Stopped && error.code === "STOP_COULD_NOT_LOOK") {
    await insistNotHalted(world, runId).catch((halt: unknown) => {
      if (halt instanceof Stopped && halt.code === "STOP_HALTED") throw halt;
    });
  }
  throw error;
}
