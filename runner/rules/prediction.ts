// Whether a writing phase changed exactly the rows its rehearsal counted: docs/decisions/0006-prediction.md.
import type { RowOf } from "../model/rows.ts";
import type { Verdict } from "../model/stop.ts";

/** Attempted row changes of one table (`schema.table`); row of `sql/read/statistics.sql`. */
export type TableChanges = RowOf<"read/statistics">;

type Counts = Omit<TableChanges, "table">;
const NONE: Counts = { ins: 0, upd: 0, del: 0 };

/** What happened between two readings of one transaction; tables that stayed as they were are left out, as are toast tables. */
export function changesBetween(baseline: readonly TableChanges[], after: readonly TableChanges[]): TableChanges[] {
  return [...difference(baseline, after)]
    .filter(([table, counts]) => !same(counts, NONE) && !table.startsWith("pg_toast."))
    .map(([table, counts]) => ({ table, ...counts }))
    .sort((one, other) => (one.table < other.table ? -1 : 1));
}

/**
 * STOP_INVARIANT_FAILED, naming each table that differs, unless these are exactly the predicted changes. A table without a prediction
 * must stay at zero, so TRUNCATE, DDL, GRANT and switched triggers show as changes of pg_catalog. Counts are attempts: a change that
 * an exception handler took back counts too, and that stops the run on purpose.
 */
export function judgeChanges(changes: readonly TableChanges[], predicted: readonly TableChanges[]): Verdict {
  const saw = new Map<string, Counts>(changes.map((row) => [row.table, row]));
  const wanted = new Map<string, Counts>(predicted.map((row) => [row.table, row]));
  const details = [...new Set([...saw.keys(), ...wanted.keys()])].sort().flatMap((table) => {
    const [is, should] = [saw.get(table) ?? NONE, wanted.get(table) ?? NONE];
    return same(is, should) ? [] : [`${table}: ${told(is)}, predicted ${told(should)}${meaning(table)}`];
  });
  if (details.length === 0) return undefined;
  return {
    code: "STOP_INVARIANT_FAILED",
    facts: {
      saw: `${details.length} tables changed otherwise than predicted: ${details.join("; ")}`,
      wanted: "exactly the predicted row changes",
      details,
    },
  };
}

function difference(baseline: readonly TableChanges[], after: readonly TableChanges[]): Map<string, Counts> {
  const start = new Map(baseline.map((row) => [row.table, row]));
  const end = new Map(after.map((row) => [row.table, row]));
  const found = new Map<string, Counts>();
  for (const table of new Set([...start.keys(), ...end.keys()])) {
    const [from, to] = [start.get(table) ?? NONE, end.get(table) ?? NONE];
    found.set(table, { ins: to.ins - from.ins, upd: to.upd - from.upd, del: to.del - from.del });
  }
  return found;
}

function same(a: Counts, b: Counts): boolean {
  return a.ins === b.ins && a.upd === b.upd && a.del === b.del;
}

function told(counts: Counts): string {
  return same(counts, NONE) ? "no change" : `${counts.ins} inserted, ${counts.upd} updated, ${counts.del} deleted`;
}

function meaning(table: string): string {
  return table.startsWith("pg_catalog.")
    ? " (a definition, right or trigger mode was changed, or a table truncated)"
    : "";
}
