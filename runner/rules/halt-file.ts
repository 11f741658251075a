// Reads and names the halt file, and says whether it may go.
import { haltFileSchema, type HaltFile } from "../model/halt-file.ts";
import type { RunId } from "../model/ids.ts";
import { haltsOfReach, type HaltInForce } from "./unhalt.ts";
import { jsonOf } from "../model/json-text.ts";

/** Name below the locks folder; without a run it reaches every run. */
export const haltFileName = (runId: RunId | null): string => (runId === null ? "HALT" : `HALT.${runId}`);

/** Content of a halt file; undefined for one laid by hand, which stops all the same. */
export const haltFileOf = (bytes: Uint8Array): HaltFile | undefined =>
  haltFileSchema.safeParse(jsonOf(Buffer.from(bytes).toString("utf8"))).data;

/** Why the file of a reach must stay, or undefined when every halt it can stand for has ended. */
export function whyHaltFileStays(
  bytes: Uint8Array,
  reach: string,
  inForce: readonly HaltInForce[],
): string | undefined {
  const standing = haltsOfReach(inForce, reach).map((halt) => halt.halt_id);
  if (standing.length > 0) return `halt ${standing.join(", ")} is still in force`;
  // Without a row nobody can have signed its end: whoever wrote it meant it, and could not say so to the database.
  if ((haltFileOf(bytes)?.halt_id ?? null) === null)
    return "it stands for a halt that has no row; halt again, so that an UNHALT can name it";
  return undefined;
}
