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
  const halts = await database.read("exec", (reader) => reader.query("read/halts", { run_id: runId }));
  if (halts.length > 0)
    throw new Stopped("STOP_HALTED", {
      saw: `halt ${halts.map((halt) => halt.halt_id).join(", ")} in force`,
      wanted: "no halt",
    });
}
