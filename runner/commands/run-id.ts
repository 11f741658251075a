// A run id as a person typed it.
import { isRunId, type RunId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";

/** A word of the command line as a run id. STOP_REFUSED_INPUT when it is none: it becomes a path. */
export function runIdOf(text: string): RunId {
  if (!isRunId(text))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a run id out of form", wanted: "ictr-<UTC>-<8 hex>" });
  return text;
}
