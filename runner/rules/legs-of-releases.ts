// Legs by the release they were queued for: a worker takes those of its own, and is in nobody's way for the others.
import type { LegStanding } from "../world/scheduler.ts";

/** The legs that are not done, as the worker of one release sees them. */
export interface LegsSeen {
  /** Its own: as long as there is one it has work, or another worker of its release has. */
  readonly own: readonly LegStanding[];
  /** Whether some wait for a worker of another release: this one should make room for it. */
  readonly others: boolean;
  /** Ids of those that no living worker can take, because their release is not the one that runs here any more. */
  readonly leftOver: readonly string[];
}

/** `living`: releases of the workers that are heard of. */
export function seenBy(release: string, legs: readonly LegStanding[], living: ReadonlySet<string>): LegsSeen {
  const open = legs.filter(({ state }) => state === "queued" || state === "working");
  const others = open.filter((leg) => leg.release !== release);
  return {
    own: open.filter((leg) => leg.release === release),
    others: others.length > 0,
    leftOver: others.flatMap((leg) => (living.has(leg.release) ? [] : [leg.id])),
  };
}
