// The sequence of numbered units with what an operator said: a line that a hint calls a heading is one, also out of order.
import type { Evidence } from "./vn-law-1-candidates.ts";
import { compareOrdinals, type Ordinal } from "./vn-law-1-numbers.ts";
import { chooseSequence } from "./vn-law-1-sequence.ts";

/** A candidate as far as the sequence looks at it; `certain` is what a hint calls a heading. */
export interface Weighable extends Ordinal {
  readonly evidence: Evidence;
}

/**
 * The chosen candidates in the order of their lines. Hinted ones lead the chain of greatest support. Where that would leave strong ones
 * out (9a printed before 9), the chain is chosen as if nobody had said anything, and the hinted ones stand in it where they are
 * printed, each instead of any other of its number.
 */
export function chooseWithHints<T extends Weighable>(open: readonly T[], weightOf: (one: T) => number): readonly T[] {
  const chain = (weight: (one: T) => number): ReadonlySet<T | undefined> =>
    new Set(
      chooseSequence(open.map((one) => ({ major: one.major, minor: one.minor, weight: weight(one) }))).map(
        (index) => open[index],
      ),
    );
  const lost = (chosen: ReadonlySet<T | undefined>): number =>
    open.filter((one) => (one.evidence === "strong" || one.evidence === "certain") && !chosen.has(one)).length;
  const led = chain(weightOf);
  const hinted = open.filter((one) => one.evidence === "certain");
  if (hinted.length === 0 || lost(led) === 0) return open.filter((one) => led.has(one));
  const plain = chain((one) => Math.min(weightOf(one), 4));
  const again = (one: T): boolean => hinted.some((other) => other !== one && compareOrdinals(other, one) === 0);
  const joined = new Set<T | undefined>(open.filter((one) => hinted.includes(one) || (plain.has(one) && !again(one))));
  const better = lost(joined) < lost(led) ? joined : led;
  return open.filter((one) => better.has(one));
}
