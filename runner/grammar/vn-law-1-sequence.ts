// Which of many numbered candidates is the sequence: the reading of the whole in which numbers rise by one as far as they can.
import { compareOrdinals, type Ordinal } from "./vn-law-1-numbers.ts";

/** A line that may number a unit. weight: how much speaks for it, 1 or more. */
export interface SequenceItem extends Ordinal {
  readonly weight: number;
}

/** What a step costs that leaves out one number, two numbers, or more: the first less than a well supported candidate earns. */
const GAPS = [0, 3, 6, 10] as const;
const GAP = 10;

/** Best score of a chain that ends at each rank, for prefixes of the order. */
class PrefixBest {
  private readonly best: Int32Array;
  private readonly score: Float64Array;
  constructor(size: number) {
    this.best = new Int32Array(size + 1).fill(-1);
    this.score = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
  }
  put(rank: number, score: number, item: number): void {
    for (let at = rank + 1; at < this.score.length; at += at & -at) {
      if (score <= (this.score[at] ?? 0)) continue;
      this.score[at] = score;
      this.best[at] = item;
    }
  }
  /** Best item of a rank below the given one. */
  below(rank: number): { score: number; item: number } {
    let found = { score: Number.NEGATIVE_INFINITY, item: -1 };
    for (let at = rank; at > 0; at -= at & -at) {
      const score = this.score[at] ?? Number.NEGATIVE_INFINITY;
      if (score > found.score) found = { score, item: this.best[at] ?? -1 };
    }
    return found;
  }
}

function ranks(items: readonly SequenceItem[]): number[] {
  const order = items
    .map((_, index) => index)
    .sort((one, other) => {
      const a = items[one];
      const b = items[other];
      return a && b ? compareOrdinals(a, b) : 0;
    });
  const rank = new Array<number>(items.length).fill(0);
  order.forEach((index, at) => {
    const before = order[at - 1];
    const a = items[index];
    const b = before === undefined ? undefined : items[before];
    rank[index] = a && b && compareOrdinals(a, b) === 0 ? (rank[before ?? 0] ?? 0) : at;
  });
  return rank;
}

/**
 * The rising chain of the greatest support among candidates in the order of their lines: each earns its weight, each step that
 * is not by one (7 to 8, 7 to 7a, 7b to 8) costs more than it would earn alone unless only one number is missing.
 * Answers indexes, in n log n. The first step is one from nothing to 1.
 */
export function chooseSequence(items: readonly SequenceItem[]): number[] {
  const rank = ranks(items);
  const lower = new PrefixBest(items.length);
  const byMajor = new Map<number, number>();
  const byOrdinal = new Map<string, number>();
  const score = new Float64Array(items.length);
  const previous = new Int32Array(items.length).fill(-1);
  const better = (one: number | undefined, other: number): number =>
    one === undefined || (score[other] ?? 0) > (score[one] ?? 0) ? other : one;
  let last = -1;
  items.forEach((item, index) => {
    const first = item.minor === 0 ? item.major - 1 : GAPS.length;
    const steps: { score: number; item: number }[] = [{ score: -(GAPS[first] ?? GAP), item: -1 }];
    for (const [missing, cost] of GAPS.slice(0, 3).entries()) {
      const direct =
        item.minor === 0
          ? byMajor.get(item.major - 1 - missing)
          : byOrdinal.get(`${item.major}/${item.minor - 1 - missing}`);
      if (direct !== undefined) steps.push({ score: (score[direct] ?? 0) - cost, item: direct });
    }
    const jump = lower.below(rank[index] ?? 0);
    if (jump.item >= 0) steps.push({ score: jump.score - GAP, item: jump.item });
    const step = steps.reduce((one, other) => (other.score > one.score ? other : one));
    score[index] = step.score + item.weight;
    previous[index] = step.item;
    lower.put(rank[index] ?? 0, score[index] ?? 0, index);
    byMajor.set(item.major, better(byMajor.get(item.major), index));
    byOrdinal.set(`${item.major}/${item.minor}`, better(byOrdinal.get(`${item.major}/${item.minor}`), index));
    if (last < 0 || (score[index] ?? 0) > (score[last] ?? 0)) last = index;
  });
  const chain: number[] = [];
  for (let at = last; at >= 0; at = previous[at] ?? -1) chain.push(at);
  return chain.reverse();
}
