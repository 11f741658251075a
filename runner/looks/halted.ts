// Is this run halted? Asked before a phase begins and before people are asked to sign.
import { Stopped } from "../model/stop.ts";
import type { World } from "../world.ts";

/** STOP_HALTED by the file of this host, which needs no database, or by a row in force. */
export async function insistNotHalted(
  { files, database }: Pick<World, "files" | "database">,
  runId: string,
): Promise<void> {
  const file = await files.haltFile(runId);
  if (file) throw new Stopped("STOP_HALTED", { saw: `${file} exists`, wanted: "no halt" });
  const halts = await database.read("exec", (reader) => reader.query("read/halts", [runId]));
  if (halts.length > 0)
    throw new Stopped("STOP_HALTED", {
      saw: `halt ${halts.map((halt) => halt.halt_id).join(", ")} in force`,
      wanted: "no halt",
    });
}

/** A halt ends the session of a writer, which then sees only a broken line: the halt is what a person must hear. Throws, always. */
export async function haltedMeanwhile(
  world: Pick<World, "files" | "database">,
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
