// A process that was asked to end (SIGTERM, SIGINT) goes no further: what is recorded stays, an effect not yet recorded rolls back.
import { Stopped } from "../model/stop.ts";
import type { World } from "../world.ts";

/** STOP_COULD_NOT_LOOK naming the signal; `phase` is the one that would have been recorded next. */
export function refuseWhenAskedToEnd(world: Pick<World, "askedToEnd">, phase: string, runId: string): void {
  const asked = world.askedToEnd?.();
  if (asked === undefined) return;
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `this process was asked to end (${asked}) before ${phase} was recorded`,
    wanted: "a process that may go on",
    hint: "nothing is half done: resume goes on behind the last recorded phase",
    next: `cutter orchestrate resume ${runId}`,
  });
}
