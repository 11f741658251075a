// Legs by the release they were queued for: a worker takes those of its own, and is in nobody's way for the others.

/** As much of a leg's standing as this needs. */
interface ReleasedLeg {
  readonly id: string;
  readonly state: string;
  readonly release: string;
}

/** The legs that are not done, as the worker of one release sees them. */
export interface LegsSeen<L extends ReleasedLeg> {
  /** Its own: as long as there is one it has work, or another worker of its release has. */
  readonly own: readonly L[];
  /** Whether some wait for a worker of another release: this one should make room for it. */
  readonly others: boolean;
  /** Ids of those that no living worker can take, because their release is not the one that runs here any more. */
  readonly leftOver: readonly string[];
}

/** `living`: releases of the workers that are heard of. */
export function seenBy<L extends ReleasedLeg>(
  release: string,
  legs: readonly L[],
  living: ReadonlySet<string>,
): LegsSeen<L> {
  const open = legs.filter(({ state }) => state === "queued" || state === "working");
  const others = open.filter((leg) => leg.release !== release);
  return {
    own: open.filter((leg) => leg.release === release),
    others: others.length > 0,
    leftOver: others.flatMap((leg) => (living.has(leg.release) ? [] : [leg.id])),
  };
}
