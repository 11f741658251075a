// How many rows a writing phase may change in each table, and whether it changed exactly those: docs/decisions/0006-prediction.md.
import type { Prediction } from "../model/config.ts";
import type { Verdict } from "../model/stop.ts";

/** Attempted row changes of one table (`schema.table`); row of `sql/read/statistics.sql`. */
export interface TableChanges { readonly table: string; readonly ins: number; readonly upd: number; readonly del: number }

interface Counts { readonly ins: number; readonly upd: number; readonly del: number }
const NONE: Counts = { ins: 0, upd: 0, del: 0 };

/** What the prediction means for this many units; tables that stay at zero are left out. */
export function predictedChanges(prediction: Prediction, units: number): TableChanges[] {
  return Object.entries(prediction).flatMap(([table, change]) => {
    const [ins, upd, del] = [change.ins, change.upd, change.del].map((rate) => (rate ? rate.per_unit * units + rate.fixed : 0));
    const counts = { ins: ins ?? 0, upd: upd ?? 0, del: del ?? 0 };
    return same(counts, NONE) ? [] : [{ table, ...counts }];
  });
}

/**
 * STOP_INVARIANT_FAILED, naming each table that differs, unless the changes between two readings of one transaction are exactly
 * the predicted ones. A table without a prediction must stay at zero, so TRUNCATE, DDL, GRANT and switched triggers show as
 * changes of pg_catalog. Counts are attempts: a change that an exception handler took back counts too, and that stops the run
 * on purpose. Rows of pg_toast are ignored.
 */
export function judgeChanges(
  baseline: readonly TableChanges[], after: readonly TableChanges[], prediction: Prediction, units: number,
): Verdict {
  const saw = difference(baseline, after);
  const wanted = new Map<string, Counts>(predictedChanges(prediction, units).map((row) => [row.table, row]));
  const tables = [...new Set([...saw.keys(), ...wanted.keys()])].filter((table) => !table.startsWith("pg_toast.")).sort();
  const details = tables.flatMap((table) => {
    const [is, should] = [saw.get(table) ?? NONE, wanted.get(table) ?? NONE];
    return same(is, should) ? [] : [`${table}: ${told(is)}, predicted ${told(should)}${meaning(table)}`];
  });
  if (details.length === 0) return undefined;
  return {
    code: "STOP_INVARIANT_FAILED",
    facts: { saw: `${details.length} tables changed otherwise than predicted for ${units} units: ${details.join("; ")}`, wanted: "exactly the predicted row changes", details },
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
  return table.startsWith("pg_catalog.") ? " (a definition, right or trigger mode was changed, or a table truncated)" : "";
}
