// Is this run halted? Asked before a phase begins and before people are asked to sign.
import type { RowOf } from "../model/rows.ts";
import { parseStatement } from "../model/statement.ts";
import { Stopped } from "../model/stop.ts";
import type { World } from "../world.ts";

/**
 * STOP_HALTED by the file of this host, which needs no database, by a row in force, or by a lift that nobody signed;
 * STOP_APPROVAL_REVOKED for a run that a person revoked.
 */
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
  const revoked = undoing ? undefined : orders.find((order) => order.kind === REVOKED_RUN);
  if (revoked) throw runRevoked(revoked);
}

/** Kind of an order that ends a run. */
export const REVOKED_RUN = "revocation of a run";

/** Whoever asks for more signatures is told that a person has refused, and why. */
function runRevoked({ person, statement }: RowOf<"read/orders">): Stopped {
  const { payload } = parseStatement(Buffer.from(statement, "base64"));
  const reason = "reason" in payload && payload.reason !== undefined ? `: ${payload.reason}` : "";
  return new Stopped("STOP_APPROVAL_REVOKED", {
    saw: `${person} revoked this run${reason}`,
    wanted: "a run nobody revoked",
    hint: "nothing of it goes forward and nobody is asked to sign: void it, or roll it back when its rows are written",
  });
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
