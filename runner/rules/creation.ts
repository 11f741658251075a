// In which statements a plan is created: parents in an earlier statement than their children, at most a thousand rows each.
import type { PlanRow } from "../model/cut-plan.ts";

/**
 * Rows a statement; measured: chunks of 1,000 cost 1.09 of one raw statement and hold memory flat
 * (docs/decisions/0005-set-based-creation.md).
 */
const CHUNK = 1000;

/** Depth levels in order, each in chunks; within a level the order of the plan is kept. */
export function creationBatches(rows: readonly PlanRow[]): PlanRow[][] {
  const depth = new Map<string, number>();
  const levels: PlanRow[][] = [];
  for (const row of rows) {
    const level = row.parent_address === null ? 0 : (depth.get(row.parent_address) ?? -1) + 1;
    depth.set(row.canonical_address, level);
    (levels[level] ??= []).push(row);
  }
  return levels.flatMap((level) => chunked(level, CHUNK));
}

function chunked(rows: readonly PlanRow[], size: number): PlanRow[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}
