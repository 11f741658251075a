// Hears the last word of the work that is done in a world: with which exit status and stop it ended.
import type { LegEnd } from "../rules/batch-stops.ts";
import type { World } from "../world.ts";

/** A world as the given one whose events are heard; `end` is the last word so far, a good end before the first. */
export function hearingTheEnd(plain: World): { readonly world: World; readonly end: () => LegEnd } {
  let last: LegEnd = { exit: 0, code: null };
  const world: World = {
    ...plain,
    events: {
      emit: (event) => {
        if (event.event === "ended") last = { exit: event.exit, code: event.stop?.code ?? null };
        plain.events.emit(event);
      },
    },
  };
  return { world, end: () => last };
}
